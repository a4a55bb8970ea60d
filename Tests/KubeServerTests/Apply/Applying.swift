import JSON
import KubeCore
import Schema
import Testing

@testable import KubeServer

/// An object with a few managers that write to it, for tests that tell a story.
struct Applying {
    static let schema: StructuralSchema = {
        let text = """
            {"type":"object","properties":{
              "spec":{"type":"object","properties":{
                "module":{"type":"string"},"replicas":{"type":"integer"},
                "nested":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}},
                "config":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
                "steps":{"type":"array","items":{"type":"object","properties":{"setWeight":{"type":"integer"}}}},
                "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
                "sel":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
                "marks":{"type":"object","additionalProperties":{"type":"string"}},
                "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],
                  "items":{"type":"object","required":["port"],"properties":{"port":{"type":"integer"},
                    "protocol":{"type":"string","default":"TCP"},"name":{"type":"string"}}}}}},
              "status":{"type":"object","properties":{"phase":{"type":"string"}}}}}
            """
        // A mistake in this text fails every test that uses it.
        return (try? StructuralSchema(from: (try? JSON.parse(text)) ?? .null)) ?? StructuralSchema()
    }()

    static let start = Timestamp(seconds: 1_700_000_000)

    var schema: StructuralSchema? = Self.schema
    var live: JSON?
    var now = Self.start

    /// Applies the members of `spec` (or a whole object) as `manager`, a minute later.
    mutating func apply(
        _ text: String, as manager: String, force: Bool = false, subresource: String? = nil
    ) throws {
        now = now + .seconds(60)
        live = try ServerSideApply.apply(
            try Self.object(text), onto: live, manager: manager, force: force, subresource: subresource, schema: schema,
            apiVersion: "example.dev/v1", now: now)
    }

    mutating func update(_ text: String, as manager: String, subresource: String? = nil) throws {
        now = now + .seconds(60)
        var new = try Self.object(text)
        if let managed = live?["metadata"]?["managedFields"] { new["metadata"]?["managedFields"] = managed }
        live = ServerSideApply.track(
            update: new, from: live, manager: manager, subresource: subresource, schema: schema, apiVersion: "example.dev/v1", now: now)
    }

    /// `{"spec":…}` with the rest of an object around it.
    static func object(_ text: String) throws -> JSON {
        let given = try JSON.parse(text)
        var object: JSON = ["apiVersion": "example.dev/v1", "kind": "Thing", "metadata": ["name": "thing"]]
        for (key, value) in given.object ?? [:] {
            if key == "metadata" {
                for (name, value) in value.object ?? [:] { object["metadata"]?[name] = value }
            } else {
                object[key] = value
            }
        }
        return object
    }

    var spec: JSON? { live?["spec"] }

    /// What a manager owns, as `fieldsV1`.
    func fields(_ manager: String) -> JSON? { entry(manager)?["fieldsV1"] }

    func entry(_ manager: String) -> JSON? {
        live?["metadata"]?["managedFields"]?.array?.first { $0["manager"]?.string == manager }
    }

    var managers: [String] { (live?["metadata"]?["managedFields"]?.array ?? []).compactMap { $0["manager"]?.string } }
}

func parsed(_ text: String) throws -> JSON { try JSON.parse(text) }
