import Crypto
import GraftAPI
import KubeCore
import Synchronization
import Trust

/// What ConfigMaps and Secrets were found to hold for TrustRoots: by the digest that the root names, so that nothing here goes stale.
package final class TrustRootContents: Sendable {
    private let known = Mutex<[TrustRootPlace: RootShelf.Content]>([:])

    package init() {}

    subscript(place: TrustRootPlace) -> RootShelf.Content? { known.withLock { $0[place] } }

    /// - Returns: whether that is news.
    func set(_ place: TrustRootPlace, _ content: RootShelf.Content) -> Bool {
        known.withLock { known in
            guard known[place] != content else { return false }
            known[place] = content
            return true
        }
    }

    /// Lets go of what no root names any more.
    func keep(_ places: Set<TrustRootPlace>) { known.withLock { $0 = $0.filter { places.contains($0.key) } } }
}

/// Where the content of a TrustRoot stands, when it stands elsewhere.
package struct TrustRootPlace: Sendable, Hashable, CustomStringConvertible {
    enum Kind: String, Sendable, Hashable {
        case configMap = "ConfigMap"
        case secret = "Secret"
    }

    let kind: Kind
    let location: TrustRootLocation

    /// Nil when the content stands in the root itself, or nowhere.
    init?(_ spec: TrustRootSpec) {
        if let location = spec.configMap {
            (kind, self.location) = (.configMap, location)
        } else if let location = spec.secret {
            (kind, self.location) = (.secret, location)
        } else {
            return nil
        }
    }

    package var description: String { "\(kind.rawValue) \(GraftAPI.trustNamespace)/\(location.name), key \(location.key)" }

    /// Holds what was found there against the digest.
    func check(_ bytes: [UInt8]?) -> RootShelf.Content {
        guard let bytes else { return .missing("\(self): there is no such key") }
        let found = "sha256:" + SHA256.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        guard found == location.digest else {
            return .missing(
                "\(self): found content with digest \(found), wanted \(location.digest); put the content back, or name its digest")
        }
        return .bytes(bytes)
    }
}
