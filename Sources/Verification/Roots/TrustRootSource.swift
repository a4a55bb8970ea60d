package import GraftAPI
import JSON
package import KubeClient
import KubeCore
package import Trust

/// Reads what TrustRoots hold, wherever it stands: in themselves, or in the namespace of roots and nowhere else.
package struct TrustRootSource: Sendable {
    private let configMaps: Api<ConfigMap>
    private let secrets: Api<Secret>

    package init(_ client: Client) {
        configMaps = Api(client, namespace: GraftAPI.trustNamespace)
        secrets = Api(client, namespace: GraftAPI.trustNamespace)
    }

    /// - Throws: `CancellationError` alone; what can't be had is missing.
    package func content(of spec: TrustRootSpec) async throws -> RootShelf.Content {
        if let inline = spec.trustedRoot { return .bytes(inline.bytes()) }
        guard let place = TrustRootPlace(spec) else { return .missing(Self.nowhere) }
        return try await content(at: place)
    }

    static let nowhere = "it has neither trustedRoot, configMap nor secret"

    func content(at place: TrustRootPlace) async throws -> RootShelf.Content {
        let (name, key) = (place.location.name, place.location.key)
        do {
            switch place.kind {
            case .configMap:
                guard let found = try await configMaps.getIfPresent(name) else { return .missing("\(place): there is no such ConfigMap") }
                return place.check(found.data[key].map { Array($0.utf8) })
            case .secret:
                guard let found = try await secrets.getIfPresent(name) else { return .missing("\(place): there is no such Secret") }
                return place.check(found.data(key))
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            return .missing("\(place): \(error)")
        }
    }
}
