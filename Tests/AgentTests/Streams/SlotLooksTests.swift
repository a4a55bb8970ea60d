import Testing

@testable import Agent

@Suite("What ran between two looks")
struct SlotLooksTests {
    private let old = revision("1.0.0")
    private let new = revision("1.1.0")

    private static func revision(_ version: String) -> InstalledRevision {
        InstalledRevision(
            namespace: "payments", revision: "filter-\(version)", digest: "sha256:\(version)", configHash: "", version: version)
    }

    @Test func `it is known when it was the same at both`() {
        let board = ServingBoard()
        var looks = SlotLooks()
        func look(_ second: Int) -> (InstalledRevision, Duration)? {
            let serving = board.serving(in: "a")
            return looks.look(at: "a", before: serving, after: serving, now: .seconds(second)).map { ($0.revision, $0.since) }
        }
        #expect(look(0) == nil, "nothing is there")
        board.note(old, in: "a")
        #expect(look(10) == nil, "before it is not known")
        #expect(look(20).map(\.0) == old)
        board.note(old, in: "a")
        #expect(look(30)?.1 == .seconds(20), "nothing has changed")
        // A switch, and back: the same revision, but not all of the time.
        board.note(nil, in: "a")
        board.note(old, in: "a")
        #expect(look(40) == nil)
        #expect(look(50)?.1 == .seconds(40))
        board.note(nil, in: "a")
        #expect(look(60) == nil)
        board.note(new, in: "a")
        #expect(look(70) == nil, "the look before was in the middle of it")
        #expect(look(80).map(\.0) == new)
    }

    @Test func `what is switched while the host answers belongs to neither`() {
        let board = ServingBoard()
        var looks = SlotLooks()
        board.note(old, in: "a")
        let first = board.serving(in: "a")
        _ = looks.look(at: "a", before: first, after: first, now: .seconds(0))
        board.note(nil, in: "a")
        board.note(new, in: "a")
        let second = board.serving(in: "a")
        #expect(looks.look(at: "a", before: first, after: second, now: .seconds(10)) == nil)
        #expect(looks.look(at: "a", before: second, after: second, now: .seconds(20)) == nil, "that look was of both")
        #expect(looks.look(at: "a", before: second, after: second, now: .seconds(30))?.revision == new)
    }
}
