import JSON

/// What is served, as clients ask for it before anything else (Kubernetes: «The Kubernetes API», discovery).
struct Discovery {
    private let catalog: TypeRegistry.Catalog

    init(_ catalog: TypeRegistry.Catalog) { self.catalog = catalog }

    static let version: JSON = [
        "major": "1", "minor": "32", "gitVersion": "v1.32.0+graft", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
    ]

    /// Whatever roles say, everybody who is known may look at what there is.
    static func isOpen(_ target: RequestTarget) -> Bool {
        switch target {
        case .coreVersions, .groups, .group, .resources, .openAPI, .root: true
        default: false
        }
    }

    /// Nil when there is no such thing.
    func document(_ target: RequestTarget) -> JSON? {
        switch target {
        case .root: return paths
        case .coreVersions: return ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]
        case .groups:
            let groups = groups.filter { !$0.name.isEmpty }.map { group($0.name, $0.versions) }
            return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]
        case .group(let name):
            guard let known = groups.first(where: { $0.name == name }), !name.isEmpty else { return nil }
            guard case .object(let members) = group(name, known.versions) else { return nil }
            var document: JSONObject = ["kind": "APIGroup", "apiVersion": "v1"]
            for (key, value) in members { document[key] = value }
            return .object(document)
        case .resources(let group, let version): return resources(group, version)
        default: return nil
        }
    }

    private var groups: [(name: String, versions: [String])] {
        catalog.groups
            + Review.allCases.map(\.group).filter { name in !catalog.groups.contains { $0.name == name } }.uniqued
            .map { ($0, ["v1"]) }
    }

    private var paths: JSON {
        let groups = groups.flatMap { group in
            group.name.isEmpty
                ? ["/api", "/api/v1"] : ["/apis/\(group.name)"] + group.versions.map { "/apis/\(group.name)/\($0)" }
        }
        return ["paths": (["/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"] + groups).sorted().json]
    }

    private func group(_ name: String, _ versions: [String]) -> JSON {
        func entry(_ version: String) -> JSON { ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)] }
        return [
            "name": .string(name), "versions": .array(versions.map(entry)), "preferredVersion": versions.first.map(entry) ?? .null,
        ]
    }

    private func resources(_ group: String, _ version: String) -> JSON? {
        var entries: [JSON] = []
        for type in catalog.types where type.group == group {
            guard let served = type.version(version) else { continue }
            entries.append(resource(type))
            if served.hasStatus { entries.append(status(type)) }
        }
        for review in Review.allCases where review.group == group && version == "v1" { entries.append(review.discovery) }
        guard !entries.isEmpty else { return nil }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(entries),
        ]
    }

    private func resource(_ type: ResourceType) -> JSON {
        var entry: JSONObject = [
            "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
            "kind": .string(type.kind),
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        ]
        entry.setUnlessEmpty("shortNames", type.shortNames)
        entry.setUnlessEmpty("categories", type.categories)
        return .object(entry)
    }

    private func status(_ type: ResourceType) -> JSON {
        [
            "name": .string("\(type.plural)/status"), "singularName": "", "namespaced": .bool(type.isNamespaced),
            "kind": .string(type.kind), "verbs": ["get", "patch", "update"],
        ]
    }
}

extension [String] {
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
