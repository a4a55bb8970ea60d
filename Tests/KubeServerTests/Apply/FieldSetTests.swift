import JSON
import Randomness
import Testing

@testable import KubeServer

@Suite struct `A set of fields` {
    @Test func `reads what it writes`() throws {
        let text =
            #"{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:l":{"k:{\"name\":\"a\"}":{".":{},"f:v":{}},"v:1":{},"i:0":{}}}}"#
        let set = FieldSet(json: try parsed(text))
        #expect(set.json == (try parsed(text)))
        #expect(FieldSet(json: set.json) == set)
    }

    @Test func `is sorted, whatever order it was filled in`() {
        let paths: [FieldPath] = [
            [.field("b")], [.field("a"), .field("z")], [.field("a")], [.field("B")], [.value(2)], [.value("x")], [.index(0)],
        ]
        var forward = FieldSet()
        for path in paths { forward.insert(path) }
        var backward = FieldSet()
        for path in paths.reversed() { backward.insert(path) }
        #expect(forward == backward)
        #expect(forward.paths.map(\.text) == [".B", ".a", ".a.z", ".b", "[=2]", #"[="x"]"#, "[0]"])
    }

    @Test func `drops what a later version may know`() throws {
        let set = FieldSet(json: try parsed(#"{"f:a":{},"q:b":{},"x":{},"k:{":{},"i:x":{}}"#))
        #expect(set.paths.map(\.text) == [".a"])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `behaves as sets do`(_ seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        func someSet() -> FieldSet {
            var set = FieldSet()
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                set.insert(
                    (0..<Int.random(in: 1...3, using: &generator)).map { _ in .field(["a", "b", "c"].randomElement(using: &generator)!) })
            }
            return set
        }
        for _ in 0..<100 {
            let (left, right) = (someSet(), someSet())
            let (leftPaths, rightPaths) = (Set(left.paths), Set(right.paths))
            #expect(Set(left.union(right).paths) == leftPaths.union(rightPaths))
            #expect(Set(left.intersection(right).paths) == leftPaths.intersection(rightPaths))
            #expect(Set(left.subtracting(right).paths) == leftPaths.subtracting(rightPaths))
            #expect(FieldSet(json: left.json) == left)
            for path in leftPaths { #expect(left.contains(path)) }
        }
    }
}
