/// What stands in a slot's directory beside `versions`: where its links lead, and what `routing.json` holds.
struct Placement: Hashable {
    var current: String?
    var canary: String?
    var routing: [UInt8]?
}

extension DirectoryDriver {
    /// What stands there now, whoever put it there.
    var placement: Placement {
        // What is no file, or can't be read, is something, and nothing that was written there.
        let document = disk.exists(routing) ? disk.size(of: routing).flatMap { _ in try? disk.read(routing, upTo: 1 << 16) } ?? [] : nil
        return Placement(current: disk.target(ofLink: current), canary: disk.target(ofLink: canary), routing: document)
    }

    /// Has a host that starts at any moment find what was there before or what is wanted: each entry is replaced in one step, and a rule stands nowhere
    /// without the canary that it is about.
    func put(_ wanted: Placement) throws {
        let found = placement
        // All calls for what had a part of them: it is there in any order. All calls for another: first the rule goes.
        let isForCanary = wanted.current != nil && wanted.current == found.canary
        let isInTheWay = wanted.routing == nil || wanted.canary != found.canary
        if isInTheWay, !isForCanary { try removeRouting() }
        if wanted.current != found.current || wanted.current == nil { try relink(current, to: wanted.current) }
        if wanted.routing == nil, isForCanary { try removeRouting() }
        if wanted.canary != found.canary || wanted.canary == nil { try relink(canary, to: wanted.canary) }
        if let document = wanted.routing, document != found.routing || isInTheWay { try writeRouting(document) }
    }

    private func removeRouting() throws {
        guard disk.exists(routing) else { return }
        try disk.removeTree(routing)
        try disk.syncDirectory(slotDirectory)
    }

    private func writeRouting(_ document: [UInt8]) throws {
        // A directory is none that the agent put there, and no file can be renamed over it.
        if disk.isDirectory(routing, followingLinks: false) { try disk.removeTree(routing) }
        try disk.replace(routing, with: document)
    }

    /// - Parameter target: nil removes the link.
    private func relink(_ link: String, to target: String?) throws {
        if disk.isDirectory(link, followingLinks: false) { try disk.removeTree(link) }
        guard let target else {
            guard disk.exists(link) else { return }
            try disk.removeIfPresent(link)
            return try disk.syncDirectory(slotDirectory)
        }
        try disk.relink(link, to: target)
    }

    func linkTarget(_ revision: InstalledRevision) -> String { "versions/\(Self.directoryName(of: revision))" }
}
