import JSON
import KubeCore
import Randomness
import Schema
import Testing

@testable import KubeServer

/// Objects of any shape, whose members have names that mean something.
private struct Shapes {
    var generator: SeededRandom

    private static let names = [
        "spec", "status", "metadata", "module", "nested", "config", "steps", "tags", "sel", "marks", "ports", "port", "protocol", "name",
        "a",
        "labels", "finalizers", "ownerReferences", "uid", "containers", "f:spec", "k:{\"port\":1}", "v:\"a\"", "i:0", ".", "x:y", "f:a",
    ]

    mutating func value(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: 0...3, using: &generator))
        case 3: return .double(1.5)
        case 4: return .string(["", "a", "b"].randomElement(using: &generator)!)
        case 5, 6: return .array((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth - 1) })
        default: return object(depth: depth)
        }
    }

    mutating func object(depth: Int) -> JSON {
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            object[Self.names.randomElement(using: &generator)!] = value(depth: depth - 1)
        }
        return .object(object)
    }

    mutating func managedFields() -> JSON {
        if Int.random(in: 0..<4, using: &generator) == 0 { return value(depth: 2) }
        return .array(
            (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                [
                    "manager": value(depth: 0), "operation": .string(["Apply", "Update", "Else"].randomElement(using: &generator)!),
                    "apiVersion": "example.dev/v1", "fieldsType": "FieldsV1", "fieldsV1": value(depth: 3), "time": value(depth: 0),
                ]
            })
    }
}

@Suite struct `Whatever shape objects are of` {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `applying and tracking end, and a second apply changes nothing`(_ seed: UInt64) throws {
        var shapes = Shapes(generator: SeededRandom(seed: seed))
        for round in 0..<400 {
            let schema = round % 3 == 0 ? nil : Applying.schema
            var live = shapes.object(depth: 4)
            var metadata = live["metadata"]?.object ?? [:]
            metadata["managedFields"] = shapes.managedFields()
            live["metadata"] = .object(metadata)
            let applied = shapes.object(depth: 4)
            func apply(onto live: JSON) throws(KubeError) -> JSON {
                try ServerSideApply.apply(
                    applied, onto: live, manager: "m", force: true, subresource: nil, schema: schema, apiVersion: "example.dev/v1",
                    now: Applying.start)
            }
            if let once = try? apply(onto: live) {
                let twice = try apply(onto: once)
                #expect(once.bytes() == twice.bytes(), "\(applied.text()) onto \(live.text())")
            }
            _ = ServerSideApply.track(
                update: applied, from: live, manager: "m", subresource: nil, schema: schema, apiVersion: "example.dev/v1",
                now: Applying.start)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `tables are rendered`(_ seed: UInt64) {
        var shapes = Shapes(generator: SeededRandom(seed: seed))
        let kinds = [
            ("", "Pod"), ("", "Node"), ("", "Event"), ("", "Service"), ("apps", "Deployment"), ("rbac.authorization.k8s.io", "RoleBinding"),
        ]
        for _ in 0..<200 {
            let object = shapes.object(depth: 4)
            for (group, kind) in kinds {
                _ = TableRenderer(group: group, kind: kind).table(for: [object], listMetadata: object, now: Applying.start)
            }
            _ = TableRenderer(columns: [object]).table(for: [object], listMetadata: [:], now: Applying.start)
        }
    }
}
