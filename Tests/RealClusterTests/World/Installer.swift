import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import YAML

/// Applies what lies in `CRDs/` and `manifests/base/`, as `kubectl apply --server-side` does, with unknown fields refused.
struct Installer: Sendable {
    let client: Client

    static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }

    /// - Returns: for each file that was refused, why.
    func install() async throws -> [String: String] {
        var refusals: [String: String] = [:]
        for name in try TextFile.names(in: Self.root + "/CRDs", ending: ".yaml") {
            refusals["CRDs/\(name)"] = try await refusal(of: "CRDs/\(name)")
        }
        let definitions = Api<CustomResourceDefinition>(client)
        let expected = GraftAPI.kinds.count - refusals.count
        try await eventually("\(expected) kinds are served", within: .seconds(60)) {
            try await definitions.list().items.count { $0.isEstablished } >= expected
        }
        for path in try Self.base { refusals[path] = try await refusal(of: path) }
        return refusals
    }

    /// The files of the base, in the order in which its kustomization names them.
    static var base: [String] {
        get throws {
            let kustomization = try YAML.document(try TextFile.read(root + "/manifests/base/kustomization.yaml"))
            return (kustomization["resources"]?.array ?? []).compactMap(\.string).map { "manifests/base/\($0)" }
        }
    }

    /// Why the server refuses one of the objects in a file; nil when it takes all.
    func refusal(of path: String) async throws -> String? {
        for document in try YAML.documents(try TextFile.read(Self.root + "/" + path)) {
            do { try await apply(document) } catch let error as KubeError {
                return "\(document["kind"]?.string ?? "?") \(document["metadata"]?["name"]?.string ?? "?"): \(error)"
            }
        }
        return nil
    }

    func apply(_ object: JSON) async throws {
        guard let version = object["apiVersion"]?.string, let kind = object["kind"]?.string, let name = object["metadata"]?["name"]?.string
        else { throw SetUpFailure("no apiVersion, kind or name in \(object.text())") }
        let prefix = version.contains("/") ? "/apis/\(version)" : "/api/\(version)"
        let known = try await client.send(APIRequest(path: prefix))["resources"]?.array ?? []
        guard let resource = known.first(where: { $0["kind"]?.string == kind && $0["name"]?.string?.contains("/") == false }),
            let plural = resource["name"]?.string
        else { throw KubeError(.notFound, status: 404, message: "the server knows no \(kind) in \(version)") }
        let place = object["metadata"]?["namespace"]?.string.map { "/namespaces/\($0)" } ?? ""
        guard place.isEmpty != (resource["namespaced"]?.bool ?? false) else {
            throw KubeError(.badRequest, status: 400, message: "\(kind) \(name): a namespace is missing, or too many")
        }
        _ = try await client.send(
            APIRequest(
                method: .patch, path: "\(prefix)\(place)/\(plural)/\(name)",
                query: [.init("fieldManager", "install"), .init("force", "true"), .init("fieldValidation", "Strict")],
                contentType: PatchType.apply.mediaType, body: object))
    }

    /// A namespace, and somebody who may do everything in it.
    func makeTenant(_ user: String, in namespace: String) async throws {
        try await apply(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]])
        let metadata: JSON = ["name": .string(user), "namespace": .string(namespace)]
        try await apply([
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata,
            "rules": [["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]]],
        ])
        try await apply([
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(user)],
            "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": .string(user)]],
        ])
    }
}
