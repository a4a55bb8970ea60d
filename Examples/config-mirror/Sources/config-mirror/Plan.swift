import Kube

/// What a mirror asks for against what is there. Pure: it reads nothing and writes nothing.
struct Plan {
    /// Namespaces that have the copy, or will once `stale` is written.
    var places: [String] = []
    /// Those of them that lack the copy, or have another one than the source.
    var stale: [String] = []
    /// Copies where none is asked for.
    var unwanted: [ConfigMap] = []
    /// Namespaces where a config map that is not ours has the name.
    var taken: [String] = []

    /// - Parameters:
    ///   - copies: what we wrote for this mirror, wherever it is.
    ///   - occupant: the config map that has the copy's name in a namespace.
    init(
        _ mirror: ConfigMirror, source: ConfigMap, namespaces: [Namespace], copies: [ConfigMap],
        occupant: (_ namespace: String) -> ConfigMap?
    ) {
        let matching = namespaces.filter { namespace in
            namespace.phase == "Active" && namespace.metadata.name != mirror.metadata.namespace
                && mirror.spec.namespaces.matches(namespace.metadata.labels)
        }
        for name in matching.map(\.metadata.name).sorted() {
            let present = occupant(name)
            if let present, present.mirror != mirror.key.description {
                taken.append(name)
            } else {
                places.append(name)
                if present?.data != source.data { stale.append(name) }
            }
        }
        unwanted = copies.filter { $0.metadata.name != source.metadata.name || !places.contains($0.metadata.namespace ?? "") }
    }
}

extension ConfigMap {
    /// Which mirror a copy belongs to, as `namespace/name`. An owner reference can't say it: owners live in the same namespace.
    static let mirrorAnnotation = "example.com/config-mirror"

    var mirror: String? { metadata.annotations[Self.mirrorAnnotation] }
}

extension StoreIndex<ConfigMap> {
    /// Copies by their mirror.
    static var mirror: StoreIndex { StoreIndex("mirror") { $0.mirror.map { [$0] } ?? [] } }
}
