import Compatibility
import GraftAPI
import KubeCore

/// Reads what runs beside a deployment's slot on hosts: descriptors of active revisions, each looked up once.
struct Neighbours {
    private let lookUp: (ObjectKey) -> FleetCache.Judged?
    /// What was found of revisions that were looked up: what is known of hosts holds as long as it does.
    private(set) var known: [ObjectKey: FleetCache.Judged?]

    /// - Parameter lookUp: a revision with its descriptor; nil while it is not there.
    init(_ known: [ObjectKey: FleetCache.Judged?] = [:], lookUp: @escaping (ObjectKey) -> FleetCache.Judged?) {
        self.known = known
        self.lookUp = lookUp
    }

    /// Whether all that was looked up would be found again: a revision may come later than the host's word that it runs it. What a revision
    /// is never changes.
    var areUnchanged: Bool {
        known.allSatisfy { key, judged in
            let found = lookUp(key)
            return (found == nil) == (judged == nil) && found?.uid == judged?.uid
        }
    }

    /// Why a host must not be asked to run a revision yet, by the revision's name: what it needs is not active there, or something that is
    /// active there would lose what it needs.
    mutating func unmetNeeds(of revisions: [String: ModuleDescriptor], slot: String, on host: ModuleHost) -> [String: String] {
        let needsNothing = revisions.values.allSatisfy(\.needs.isEmpty)
        guard !needsNothing || host.status.slots.count > 1 else { return [:] }
        let others = host.status.slots.filter { $0.name != slot }.compactMap { descriptor(of: $0) }
        guard !needsNothing || others.contains(where: { !$0.needs.isEmpty }) else { return [:] }
        let own = host.status.slots.first { $0.name == slot }
        let current = own.flatMap { descriptor(of: $0) }
        var unmet: [String: String] = [:]
        for (name, descriptor) in revisions where own?.active?.revision != name {
            var verdict = descriptor.judge(beside: Self.versions(of: others, for: descriptor))
            for other in others { verdict = verdict + descriptor.judge(replacing: current, neededBy: other) }
            if !verdict.isCompatible { unmet[name] = verdict.description }
        }
        return unmet
    }

    private mutating func descriptor(of slot: SlotStatus) -> ModuleDescriptor? {
        guard let active = slot.active else { return nil }
        let key = ObjectKey(namespace: slot.owner.namespace, name: active.revision)
        if let found = known[key] { return found?.descriptor }
        let found = lookUp(key)
        known[key] = .some(found)
        return found?.descriptor
    }

    /// By name; of a module in several slots the version that fits, if one does.
    private static func versions(of modules: [ModuleDescriptor], for wanted: ModuleDescriptor) -> [String: SemanticVersion] {
        var versions: [String: SemanticVersion] = [:]
        for module in modules {
            let range = wanted.needs.first { $0.name == module.name }?.range
            if let chosen = versions[module.name], range?.contains(chosen) ?? true { continue }
            versions[module.name] = module.version
        }
        return versions
    }
}
