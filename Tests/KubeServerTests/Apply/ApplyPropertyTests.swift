import JSON
import KubeCore
import Randomness
import Testing

@testable import KubeServer

/// Random configurations of the test's schema.
private struct Configurations {
    var generator: SeededRandom

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    mutating func letter() -> String { ["a", "b", "c", "d"].randomElement(using: &generator)! }

    /// - Parameter half: 0 or 1: only fields of that half, so that two halves never meet. Nil: any.
    mutating func object(half: Int? = nil) -> JSON {
        var spec = JSONObject()
        func wants(_ side: Int, _ percent: Int) -> Bool { (half == nil || half == side) && chance(percent) }
        if wants(0, 60) { spec["module"] = .string(letter()) }
        if wants(1, 60) { spec["replicas"] = .integer(Int64.random(in: 0...3, using: &generator)) }
        if wants(0, 50) { spec["nested"] = chance(30) ? [:] : ["a": .string(letter())] }
        if wants(1, 50) { spec["config"] = ["x": .string(letter()), "y": [.string(letter())]] }
        if wants(0, 40) { spec["steps"] = [["setWeight": .integer(Int64.random(in: 0...3, using: &generator))]] }
        if wants(1, 40) { spec["sel"] = [letter(): .string(letter())] }
        let tags = Set((0..<3).map { _ in letter() }).sorted().map { JSON.string(half.map { "\($0)" } ?? "" + $0) }
        if chance(50) { spec["tags"] = .array(Array(Set(tags)).shuffled(using: &generator)) }
        if chance(50) {
            let ports = Set((0..<3).map { _ in Int64.random(in: 0...3, using: &generator) * 2 + Int64(half ?? 0) })
            spec["ports"] = .array(ports.shuffled(using: &generator).map { ["port": .integer($0), "name": .string(letter())] })
        }
        if chance(50) { spec["marks"] = ["\(half.map(String.init) ?? "")\(letter())": .string(letter())] }
        return ["apiVersion": "example.dev/v1", "kind": "Thing", "metadata": ["name": "thing"], "spec": .object(spec)]
    }
}

@Suite struct `Whatever is applied` {
    private func apply(_ object: JSON, _ live: JSON?, _ manager: String, force: Bool) throws(KubeError) -> JSON {
        try ServerSideApply.apply(
            object, onto: live, manager: manager, force: force, subresource: nil, schema: Applying.schema, apiVersion: "example.dev/v1",
            now: Applying.start)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `applying twice is applying once, and what was applied is there and owned`(_ seed: UInt64) throws {
        var configurations = Configurations(generator: SeededRandom(seed: seed))
        var live: JSON?
        let type = MergeType.resource(Applying.schema)
        for _ in 0..<120 {
            let manager = configurations.letter()
            let object = configurations.object()
            let once = try apply(object, live, manager, force: true)
            let twice = try apply(object, once, manager, force: true)
            #expect(once.bytes() == twice.bytes())
            // What was applied is what is there.
            let comparison = type.compare(object, with: ServerSideApply.withoutManagedFields(once))
            #expect(comparison.modified.isEmpty)
            #expect(comparison.removed.isEmpty)
            let identity = ManagedFields.Identity(manager: manager, operation: .apply, apiVersion: "", subresource: nil)
            let managed = try #require(ManagedFields(json: once["metadata"]?["managedFields"]))
            #expect((managed[identity]?.fields ?? FieldSet()) == type.fieldSet(of: object).subtracting(SystemFields.unowned))
            // Everything in the object is owned by someone, for everything was applied.
            let owned = managed.entries.values.reduce(FieldSet()) { $0.union($1.fields) }
            let present = type.fieldSet(of: ServerSideApply.withoutManagedFields(once)).subtracting(SystemFields.unowned)
            #expect(present.subtracting(owned).isEmpty, "\(present.subtracting(owned).paths.map(\.text))")
            live = once
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `two managers of different fields never conflict, and neither loses any`(_ seed: UInt64) throws {
        var configurations = Configurations(generator: SeededRandom(seed: seed))
        var live: JSON?
        for _ in 0..<60 {
            let (left, right) = (configurations.object(half: 0), configurations.object(half: 1))
            live = try apply(left, live, "left", force: false)
            live = try apply(right, live, "right", force: false)
            let type = MergeType.resource(Applying.schema)
            for object in [left, right] {
                let comparison = type.compare(object, with: try #require(live))
                #expect(comparison.modified.isEmpty && comparison.removed.isEmpty)
            }
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `a manager that applies nothing any more leaves only what others own`(_ seed: UInt64) throws {
        var configurations = Configurations(generator: SeededRandom(seed: seed))
        for _ in 0..<60 {
            let (left, right) = (configurations.object(), configurations.object())
            var live = try apply(left, nil, "left", force: true)
            let before = try apply(right, nil, "right", force: true)
            live = try apply(right, live, "right", force: true)
            live = try apply(["apiVersion": "example.dev/v1", "kind": "Thing", "metadata": ["name": "thing"]], live, "left", force: false)
            let type = MergeType.resource(Applying.schema)
            let comparison = type.compare(ServerSideApply.withoutManagedFields(before), with: ServerSideApply.withoutManagedFields(live))
            #expect(comparison.modified.isEmpty && comparison.removed.isEmpty)
            // What is left over beyond the other's configuration is only what has no leaf in it.
            #expect(
                type.fieldSet(of: ServerSideApply.withoutManagedFields(live))
                    == type.fieldSet(of: ServerSideApply.withoutManagedFields(before)))
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `tracking updates owns just what is there`(_ seed: UInt64) throws {
        var configurations = Configurations(generator: SeededRandom(seed: seed))
        var live: JSON?
        let type = MergeType.resource(Applying.schema)
        for _ in 0..<120 {
            var object = configurations.object()
            if let managed = live?["metadata"]?["managedFields"] { object["metadata"]?["managedFields"] = managed }
            let new = ServerSideApply.track(
                update: object, from: live, manager: configurations.letter(), subresource: nil, schema: Applying.schema,
                apiVersion: "example.dev/v1", now: Applying.start)
            #expect(ServerSideApply.withoutManagedFields(new) == ServerSideApply.withoutManagedFields(object))
            let managed = ManagedFields(json: new["metadata"]?["managedFields"]) ?? ManagedFields()
            let owned = managed.entries.values.reduce(FieldSet()) { $0.union($1.fields) }
            let all = type.compare([:], with: ServerSideApply.withoutManagedFields(new)).added.subtracting(SystemFields.unowned)
            #expect(owned == all)
            live = new
        }
    }
}
