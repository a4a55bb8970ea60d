import Compatibility
import Testing

@testable import Agent

@Suite("Modules that need each other on a host")
struct NeighbourBoardTests {
    private static func module(_ name: String, _ version: String = "1.0.0", needs: [String] = []) throws -> ModuleDescriptor {
        var module = ModuleDescriptor(
            name: name, version: try SemanticVersion(version), slot: "net/\(name)", contract: Contract(name: "edge", number: 3))
        module.needs = try needs.map { need in
            let parts = need.split(separator: " ").map(String.init)
            return try ModuleDescriptor.Need(name: parts[0], range: VersionRange(parts[1]))
        }
        return module
    }
    private static func installed(_ name: String, _ version: String = "1.0.0") -> InstalledRevision {
        InstalledRevision(
            namespace: "payments", revision: "\(name)-\(version)", digest: "sha256:\(name)\(version)", configHash: "c", version: version)
    }

    @Test("lack what is not served in a version that fits")
    func served() throws {
        let filter = try Self.module("filter", needs: ["tls ^2"])
        #expect(NeighbourBoard.lacks(filter, beside: [try Self.module("tls", "2.3.0")], waiting: []) == nil)
        let none = NeighbourBoard.lacks(filter, beside: [], waiting: [])
        #expect(none?.contains("found no tls, wanted tls ^2, which filter 1.0.0 needs beside it") == true, "\(none ?? "")")
        #expect(NeighbourBoard.lacks(filter, beside: [try Self.module("tls", "1.9.0")], waiting: []) != nil)
        #expect(NeighbourBoard.lacks(filter, beside: [], waiting: [try Self.module("tls", "2.0.0")]) != nil, "it comes first by itself")
    }

    @Test("that wait for one another lack nothing, unless one of them waits for something else too")
    func circle() throws {
        let (a, b) = (try Self.module("a", needs: ["b ^1"]), try Self.module("b", needs: ["a ^1"]))
        #expect(NeighbourBoard.lacks(a, beside: [], waiting: [b]) == nil && NeighbourBoard.lacks(b, beside: [], waiting: [a]) == nil)
        #expect(NeighbourBoard.lacks(a, beside: [], waiting: []) != nil)
        let torn = try Self.module("b", needs: ["a ^1", "c ^1"])
        #expect(NeighbourBoard.lacks(a, beside: [], waiting: [torn]) != nil)
        #expect(NeighbourBoard.lacks(a, beside: [try Self.module("c")], waiting: [torn]) == nil)
        // One outside the circle waits until its need is served.
        let outside = try Self.module("d", needs: ["a ^1"])
        #expect(NeighbourBoard.lacks(outside, beside: [a, b], waiting: []) == nil)
    }

    @Test("are judged by what slots serve, once that is read; what can't be read any more refuses nothing")
    func board() throws {
        let board = NeighbourBoard()
        let (filter, tls) = (Self.installed("filter"), Self.installed("tls", "2.0.0"))
        board.note(try Self.module("filter", needs: ["tls ^2"]), of: filter)
        #expect(board.unmet(in: "net/filter", serving: [:])[filter] != nil)
        let unread = board.unmet(in: "net/filter", serving: ["net/tls": tls])[filter]
        #expect(unread?.contains("has yet to read which module slot net/tls serves") == true)
        board.note(nil, of: tls)
        #expect(board.unmet(in: "net/filter", serving: ["net/tls": tls]).isEmpty)
        board.note(try Self.module("tls", "2.0.0"), of: tls)
        #expect(board.unmet(in: "net/filter", serving: ["net/tls": tls]).isEmpty)
        // What it serves itself is nobody beside it.
        #expect(board.unmet(in: "net/tls", serving: ["net/tls": tls])[filter] != nil)
        #expect(board.wait(with: filter, in: "net/filter") && !board.wait(with: filter, in: "net/filter"))
        board.retain([])
        #expect(board.isKnown(filter) && !board.isKnown(tls))
    }
}
