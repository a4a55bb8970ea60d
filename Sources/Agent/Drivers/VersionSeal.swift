/// A version's directory as it was checked: everything in it held open, with what the kernel said of it before and after its bytes were hashed.
///
/// As long as it is held no inode of it is used again, so that another file can't pass for one of them.
final class VersionSeal: Sendable {
    struct Held: Sendable {
        var file: OpenFile
        var identity: FileIdentity
    }

    let revision: InstalledRevision
    /// By path below the version's directory; "" is the directory itself.
    let held: [String: Held]

    init(revision: InstalledRevision, held: [String: Held]) {
        self.revision = revision
        self.held = held
    }
}

/// All that a host is to find in a slot's directory.
struct InPlace: Sendable {
    /// What `current` leads to.
    var current: VersionSeal
    /// What `canary` leads to, and the content of `routing.json`; nil: neither is there.
    var division: Division?
    /// Nobody has seen to the division yet since the start: it is not looked at.
    var isDivisionUnknown = false

    struct Division: Sendable {
        var seal: VersionSeal
        var canary: RoutedCanary
        var document: [UInt8]
    }

    var links: [(name: String, seal: VersionSeal)] { [("current", current)] + (division.map { [("canary", $0.seal)] } ?? []) }

    func holds(_ revision: InstalledRevision) -> Bool { links.contains { $0.seal.revision == revision } }
}

/// What was found on the way from the slot's directory to a version's, in one look: found the same again, nobody led a host elsewhere in between.
struct SlotView: Sendable, Hashable {
    /// The directories from the root to the slot's.
    var way: [FileIdentity]
    var versions: FileIdentity
    /// `current`, and where calls are divided `canary` and `routing.json`.
    var entries: [FileIdentity]

    var newest: Int64 { max(way.map(\.changed).max() ?? 0, versions.changed, entries.map(\.changed).max() ?? 0) }
}

/// A file of a version that is not what was verified, or not where it was put.
struct Tampering: Error, CustomStringConvertible {
    var description: String

    init(_ path: String, _ what: String) { description = "\(path): \(what)" }
}

extension SlotFailure {
    /// The reason of a failure whose files were changed by somebody else.
    package static let tampered = "Tampered"

    init(_ tampering: Tampering, _ kind: Kind = .environment) {
        self.init(kind, Self.tampered, "\(tampering); nobody but the agent may write there: see who can, and correct its rights")
    }
}
