import Synchronization

/// The types served now: the built-in ones and those of the CustomResourceDefinitions.
package final class TypeRegistry: Sendable {
    /// All types at one moment.
    package struct Catalog: Sendable {
        /// In the order of groups and plurals.
        package let types: [ResourceType]
        /// Grows with every change of the types.
        let generation: Int
        private let byResource: [GroupResource: Int]
        private let byKind: [String: [Int]]

        init(_ types: [ResourceType], generation: Int) {
            self.types = types
            self.generation = generation
            byResource = Dictionary(types.enumerated().map { ($1.groupResource, $0) }) { first, _ in first }
            byKind = Dictionary(grouping: types.indices) { types[$0].kind }
        }

        package func type(group: String, plural: String) -> ResourceType? {
            byResource[GroupResource(group: group, resource: plural)].map { types[$0] }
        }

        package func type(group: String, kind: String) -> ResourceType? {
            byKind[kind]?.lazy.map { types[$0] }.first { $0.group == group }
        }

        /// Groups with the versions they serve, the core group first, then by name.
        package var groups: [(name: String, versions: [String])] {
            var versions: [String: [String]] = [:]
            for type in types {
                for version in type.versions where versions[type.group]?.contains(version.name) != true {
                    versions[type.group, default: []].append(version.name)
                }
            }
            return versions.keys.sorted().map { group in
                (group, (versions[group] ?? []).sorted(by: VersionPriority.isHigher))
            }
        }
    }

    private let catalog: Mutex<Catalog>

    init() { catalog = Mutex(Catalog(ResourceType.builtin, generation: 0)) }

    package var current: Catalog { catalog.withLock { $0 } }

    /// Replaces the custom types by those that `read` finds; two readers at once come one after the other.
    func setCustom(_ read: () -> [ResourceType]) {
        catalog.withLock { catalog in
            let types = read().sorted { ($0.group, $0.plural) < ($1.group, $1.plural) }
            catalog = Catalog(ResourceType.builtin + types, generation: catalog.generation + 1)
        }
    }
}

/// The order of API versions (Kubernetes: «Versions in CustomResourceDefinitions», version priority): v2, v1, v1beta2, v1beta1,
/// v1alpha1, then others by name.
enum VersionPriority {
    static func isHigher(_ left: String, _ right: String) -> Bool {
        switch (rank(left), rank(right)) {
        case (let left?, let right?): left.lexicographicallyPrecedes(right) { $0 > $1 }
        case (.some, nil): true
        case (nil, .some): false
        case (nil, nil): left < right
        }
    }

    /// Stability (3 stable, 2 beta, 1 alpha), major, minor; nil for other names.
    private static func rank(_ version: String) -> [Int]? {
        guard version.first == "v" else { return nil }
        let rest = version.dropFirst()
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let major = Int(digits) else { return nil }
        let stage = rest.dropFirst(digits.count)
        if stage.isEmpty { return [3, major, 0] }
        for (name, stability) in [("beta", 2), ("alpha", 1)] where stage.hasPrefix(name) {
            return Int(stage.dropFirst(name.count)).map { [stability, major, $0] }
        }
        return nil
    }
}
