import FoundationEssentials
import Harness
import JSON
import YAML

/// The files of `manifests/` and `CRDs/`, found as kustomize finds them: by what the kustomizations list.
enum Manifests {
    static let folder = EmbeddedCluster.repository + "/manifests"

    /// The definitions of Graft's kinds.
    static func definitions() throws -> [JSON] { try files(in: EmbeddedCluster.repository + "/CRDs").flatMap(documents) }

    static func base() throws -> [JSON] {
        try listed(in: folder + "/base").flatMap { try documents("\(folder)/base/\($0)") }
    }

    /// The overlay's objects: the base's, patched, and its own.
    static func devOverlay() throws -> [JSON] {
        let overlay = folder + "/overlays/dev"
        let kustomization = try documents(overlay + "/kustomization.yaml")[0]
        var objects = try listed(in: overlay).flatMap { $0 == "../../base" ? try base() : try documents("\(overlay)/\($0)") }
        for patch in kustomization["patches"]?.array ?? [] {
            let operations = try JSONPatch(from: YAML.document(patch["patch"]?.string ?? ""), at: .root)
            let index = objects.firstIndex { $0["kind"] == patch["target"]?["kind"] && $0.name == patch["target"]?["name"]?.string }
            guard let index else { throw Missing(description: "nothing is what the patch of \(overlay) is for: \(patch.text())") }
            objects[index] = try objects[index].patched(with: operations)
        }
        for generator in kustomization["configMapGenerator"]?.array ?? [] {
            var data = JSONObject()
            for file in (generator["files"]?.array ?? []).compactMap(\.string) {
                data[file] = .string(String(decoding: try read("\(overlay)/\(file)"), as: UTF8.self))
            }
            let metadata: JSON = ["name": generator["name"] ?? .null, "namespace": generator["namespace"] ?? .null]
            objects.append(["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": .object(data)])
        }
        return objects
    }

    static func examples() throws -> [JSON] { try files(in: folder + "/examples").flatMap(documents) }

    /// What a folder's kustomization lists.
    static func listed(in folder: String) throws -> [String] {
        (try documents(folder + "/kustomization.yaml")[0]["resources"]?.array ?? []).compactMap(\.string)
    }

    static func documents(_ path: String) throws -> [JSON] {
        try YAML.documents(try read(path)).filter { $0.object?.isEmpty == false }
    }

    /// The YAML files of a folder and those below, in order of their names.
    static func files(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().filter { $0.hasSuffix(".yaml") }.map { "\(folder)/\($0)" }
    }
}

/// What a test looked for in the manifests in vain.
struct Missing: Error, CustomStringConvertible { var description: String }

extension JSON {
    var name: String? { self["metadata"]?["name"]?.string }
    var namespace: String? { self["metadata"]?["namespace"]?.string }
    /// Strings of a list; of anything else none.
    func strings(_ key: String) -> [String] { (self[key]?.array ?? []).compactMap(\.string) }
}

extension [JSON] {
    /// The one object of this kind and name.
    func only(_ kind: String, _ name: String) throws -> JSON {
        let found = filter { $0["kind"]?.string == kind && $0.name == name }
        guard found.count == 1 else { throw Missing(description: "\(found.count) objects are \(kind) \(name), wanted 1") }
        return found[0]
    }
}
