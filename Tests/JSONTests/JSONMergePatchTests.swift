import JSON
import Randomness
import Testing

@Suite("JSON merge patches")
struct JSONMergePatchTests {
    @Test(
        "the examples of the specification (RFC 7386, appendix A)",
        arguments: [
            (["a": "b"], ["a": "c"], ["a": "c"]),
            (["a": "b"], ["b": "c"], ["a": "b", "b": "c"]),
            (["a": "b"], ["a": nil], [:]),
            (["a": "b", "b": "c"], ["a": nil], ["b": "c"]),
            (["a": ["b"]], ["a": "c"], ["a": "c"]),
            (["a": "c"], ["a": ["b"]], ["a": ["b"]]),
            (["a": ["b": "c"]], ["a": ["b": "d", "c": nil]], ["a": ["b": "d"]]),
            (["a": [["b": "c"]]], ["a": [1]], ["a": [1]]),
            (["a", "b"], ["c", "d"], ["c", "d"]),
            (["a": "b"], ["c"], ["c"]),
            (["a": "foo"], nil, nil),
            (["a": "foo"], "bar", "bar"),
            (["e": nil], ["a": 1], ["e": nil, "a": 1]),
            ([1, 2], ["a": "b", "c": nil], ["a": "b"]),
            ([:], ["a": ["bb": ["ccc": nil]]], ["a": ["bb": [:]]]),
        ] as [(JSON, JSON, JSON)])
    func examples(document: JSON, patch: JSON, result: JSON) {
        #expect(document.mergePatched(with: patch) == result)
    }

    @Test(
        "the difference names what changed, and nothing else",
        arguments: [
            (["a": 1, "b": 2], ["a": 1, "b": 3], ["b": 3]),
            (["a": 1, "b": 2], ["a": 1], ["b": nil]),
            (["a": ["b": 1, "c": 2]], ["a": ["b": 1, "c": 3]], ["a": ["c": 3]]),
            (["a": [1, 2]], ["a": [1]], ["a": [1]]),
            (["a": 1], ["a": [:]], ["a": [:]]),
            (["a": [:]], ["a": [:]], [:]),
            (["a": 1], ["a": 1.0], ["a": 1.0]),
            (["a": nil], [:], [:]),
            ([:], ["a": nil], [:]),
            (["a": nil], ["a": 1], ["a": 1]),
            (["a": ["x": nil]], ["a": [:]], [:]),
            (1, 1, 1),
        ] as [(JSON, JSON, JSON)])
    func difference(old: JSON, new: JSON, patch: JSON) {
        #expect(JSON.mergePatch(from: old, to: new) == patch)
    }

    @Test("the difference, merged into the old document, gives the new one, of random documents")
    func property() {
        var generator = SeededRandom(seed: 4)
        for _ in 0..<3000 {
            let old = JSON.random(depth: 4, using: &generator)
            // A second document that shares much with the first.
            let new = old.mergePatched(with: .random(depth: 4, using: &generator)).withoutNullMembers
            #expect(old.mergePatched(with: JSON.mergePatch(from: old, to: new)).withoutNullMembers == new)
        }
    }
}

extension JSON {
    /// A merge patch can't tell a null member from an absent one, except inside arrays.
    fileprivate var withoutNullMembers: JSON {
        guard case .object(let members) = self else { return self }
        var kept = JSONObject()
        for (key, value) in members where !value.isNull { kept[key] = value.withoutNullMembers }
        return .object(kept)
    }
}
