import GraftAPI
import JSON
import KubeCore
import Trust

/// What the TrustRoots of a cluster hold. Pure: the same input, the same lines.
struct TrustRootsView {
    struct Entry {
        var name: String
        /// When its content was taken from its publisher, as far as anybody said.
        var taken: Timestamp?
        var root: TrustedRoot?
        /// Why it can't be used.
        var problem: String?

        init(_ object: TrustRoot, content: RootShelf.Content) {
            name = object.metadata.name
            taken = object.spec.taken ?? object.metadata.creationTimestamp
            switch content {
            case .missing(let why): problem = why
            case .bytes(let bytes):
                do { root = try TrustedRoot(json: bytes) } catch { problem = "\(error)" }
            }
        }
    }

    /// A certificate authority, log or time-stamp authority of a root.
    struct Authority {
        var kind: String
        var name: String
        var window: ValidityWindow
    }

    let entries: [Entry]
    let now: Timestamp

    init(_ entries: [Entry], now: Timestamp) {
        self.entries = entries.sorted { $0.name < $1.name }
        self.now = now
    }

    var lines: [String] {
        guard !entries.isEmpty else { return ["there is no TrustRoot"] }
        return entries.enumerated().flatMap { index, entry in (index == 0 ? [] : [""]) + lines(of: entry) }
    }

    private func lines(of entry: Entry) -> [String] {
        let age = entry.taken.map { "taken \($0), \(Self.text(age: now - $0)) ago" } ?? "nobody says when it was taken"
        guard let root = entry.root else { return ["\(entry.name)   \(age)", "  can't be used: \(entry.problem ?? "")"].map(\.visible) }
        var table = TextTable(["KIND", "NAME", "FROM", "UNTIL"])
        for authority in root.authorities {
            let end = authority.window.end.map { "\($0)" + (Timestamp(seconds: $0.seconds) < now ? " (over)" : "") } ?? "-"
            table.append([authority.kind, authority.name, "\(authority.window.start)", end])
        }
        let skipped = root.skipped.map { "not used: \($0)" }
        return ["\(entry.name)   \(root.digest)   \(age)".visible] + (table.lines + skipped.map(\.visible)).map { "  \($0)" }
    }

    /// One sentence for each root that is too old, or whose age or content nobody knows.
    func complaints(olderThan limit: Age) -> [String] {
        entries.compactMap { entry in
            if let problem = entry.problem { return "TrustRoot \(entry.name) can't be used: \(problem)" }
            guard let taken = entry.taken else { return "TrustRoot \(entry.name): nobody says when it was taken; set spec.taken" }
            guard now - taken > limit.duration else { return nil }
            return
                "TrustRoot \(entry.name) is \(Self.text(age: now - taken)) old, wanted at most \(limit); take a newer one from its publisher"
        }.map(\.visible)
    }

    private static func text(age: Duration) -> String {
        let hours = max(0, age.components.seconds / 3600)
        return hours < 48 ? "\(hours) hours" : "\(hours / 24) days"
    }

    var json: JSON {
        .array(
            entries.map { entry in
                var object: JSONObject = ["name": .string(entry.name)]
                object.set("digest", entry.root?.digest)
                object.set("taken", entry.taken?.description)
                if let taken = entry.taken { object["ageSeconds"] = .integer((now - taken).components.seconds) }
                object.set("problem", entry.problem)
                object["authorities"] = .array((entry.root?.authorities ?? []).map(\.json))
                object["skipped"] = (entry.root?.skipped ?? []).json
                return .object(object)
            })
    }
}

extension TrustedRoot {
    fileprivate var authorities: [TrustRootsView.Authority] {
        certificateAuthorities.map { .init(kind: "certificate authority", name: $0.name, window: $0.window) }
            + logs.map { .init(kind: "transparency log", name: $0.name, window: $0.window) }
            + certificateLogs.map { .init(kind: "certificate log", name: $0.name, window: $0.window) }
            + timestampAuthorities.map { .init(kind: "time-stamp authority", name: $0.name, window: $0.window) }
    }
}

extension TrustRootsView.Authority {
    fileprivate var json: JSON {
        var object: JSONObject = ["kind": .string(kind), "name": .string(name), "from": .string("\(window.start)")]
        object.set("until", window.end.map { "\($0)" })
        return .object(object)
    }
}
