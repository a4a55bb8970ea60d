import GraftAPI
import GraftHost
import JSON

extension DirectoryDriver {
    package func route(_ canary: RoutedCanary, beside active: InstalledRevision) async throws -> String? {
        guard settings.routing != nil else {
            throw SlotFailure(
                .environment, "CannotRoute", "this host does not divide calls; say in its agent's configuration that it can: routing")
        }
        let (below, above) = (try await sealed(active), try await sealed(canary.installed))
        let document = RoutingDocument(canary, beside: active).json.bytes(.pretty)
        let inPlace = InPlace(current: below, division: .init(seal: above, canary: canary, document: document))
        let wanted = Placement(current: linkTarget(active), canary: linkTarget(canary.installed), routing: document)
        let before = placement
        let known = knowledge.inPlace?.division?.canary == canary
        let mended = knowledge.takeMended(canary.installed) ?? knowledge.takeMended(active)
        guard before != wanted || mended != nil else {
            _ = try await tampering { try await lookBeforeTelling(inPlace) }
            knowledge.placed(inPlace, nil)
            return nil
        }
        // A host that is down is not the module's fault, as long as nothing was changed.
        try await hostProbe?.requireReachable()
        let view = try await put(wanted, inPlace, orElse: before)
        knowledge.placed(inPlace, view)
        try await tell(canary.installed, rule: canary.rule.name)
        return mended ?? (known ? "\(slotDirectory) divided calls in another way" : nil)
    }
}

extension RoutingDocument {
    /// What hosts read of a rule.
    init(_ canary: RoutedCanary, beside active: InstalledRevision) {
        func version(_ installed: InstalledRevision) -> Version { Version(version: installed.version, digest: installed.digest) }
        self.init(
            name: canary.rule.name, rule: RoutingRule(canary.rule), stable: version(active), canary: version(canary.installed))
    }
}

extension RoutingRule {
    init(_ dividing: DividingRule) {
        self.init(
            salt: dividing.salt,
            shares: dividing.rule.shares.map { share in
                Share(of: share.header.map { .header($0) } ?? share.label.map { .label($0) } ?? .key, below: share.below)
            },
            matches: dividing.rule.matches.compactMap { match in
                match.header.map { .header($0, values: match.values) } ?? match.label.map { .label($0, values: match.values) }
                    ?? match.group.map { .group($0) }
            })
    }
}
