import JSON
import Randomness
import Schema
import Testing

/// Any schemas and values, from a seed.
struct Arbitrary {
    var generator: SeededRandom

    init(seed: UInt64) { generator = SeededRandom(seed: seed) }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &generator)! }

    mutating func value(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .integer(Int64.random(in: -2...200, using: &generator))
        case 3: return .double(pick([0.5, 1, -3.25, 1e30]))
        case 4: return .string(pick(["", "a", "b", "ä", "2026-01-01T00:00:00Z", "10%"]))
        case 5, 6:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &generator) { object[pick(Self.names)] = value(depth: depth - 1) }
            return .object(object)
        default: return .array((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth - 1) })
        }
    }

    mutating func schema(depth: Int) -> StructuralSchema {
        var schema = StructuralSchema(chance(85) ? pick([.object, .array, .string, .integer, .number, .boolean]) : nil)
        schema.nullable = chance(15)
        if chance(20) { schema.defaultValue = value(depth: 1) }
        if chance(10) { schema.allowedValues = [value(depth: 0), value(depth: 0)] }
        if chance(15) { schema.minimum = pick([0, 1, 1.5]) }
        if chance(15) { schema.maxLength = 2 }
        if chance(10) { schema.pattern = pick(["^a", "[0-9]+%", "("]) }
        if chance(15) { schema.format = pick(["date-time", "int32", "byte", "other"]) }
        if chance(10) { schema.preservesUnknownFields = true }
        if chance(10) { schema.intOrString = true }
        if chance(15) { schema.listType = pick([.set, .map, .atomic]) }
        if chance(15) { schema.listMapKeys = [pick(Self.names)] }
        guard depth > 0 else { return schema }
        for name in Self.names where chance(40) { schema.properties.append(.init(name, self.schema(depth: depth - 1))) }
        if chance(30) { schema.required = [pick(Self.names)] }
        if chance(20) { schema.additionalProperties = pick([.allowed, .forbidden, .schema(self.schema(depth: 0))]) }
        if chance(60) { schema.items = self.schema(depth: depth - 1) }
        if chance(10) { schema.anyOf = [self.schema(depth: depth - 1), self.schema(depth: 0)] }
        if chance(10) { schema.oneOf = [self.schema(depth: 0), self.schema(depth: 0)] }
        if chance(10) { schema.not = self.schema(depth: 0) }
        return schema
    }

    private static let names = ["a", "b", "c", "metadata"]
}

@Suite struct `Whatever the schema and the value` {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `nothing traps, and pruning and defaulting settle`(_ seed: UInt64) throws {
        var arbitrary = Arbitrary(seed: seed)
        for _ in 0..<500 {
            let schema = arbitrary.schema(depth: 3)
            let value = arbitrary.value(depth: 4)
            _ = schema.errors(in: value)
            _ = schema.structuralErrors()
            _ = StructuralSchema.definitionErrors(in: value)
            let pruned = schema.pruning(value)
            #expect(schema.pruning(pruned.value).removed == [])
            #expect(pruned.removed.isEmpty == (pruned.value == value))
            let defaulted = schema.defaulting(value)
            #expect(schema.defaulting(defaulted) == defaulted)
            #expect(try StructuralSchema(from: schema.json) == schema)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a schema that is read from anything is an error or a schema`(_ seed: UInt64) {
        var arbitrary = Arbitrary(seed: seed &+ 100)
        for _ in 0..<500 {
            var document = arbitrary.schema(depth: 2).json
            document[arbitrary.pick(["type", "properties", "items", "required", "default", "enum", "not"])] = arbitrary.value(depth: 2)
            if let schema = try? StructuralSchema(from: document) { _ = schema.structuralErrors() }
            _ = StructuralSchema.definitionErrors(in: document)
        }
    }
}
