import JSON
import KubeCore
import Testing

@Suite struct BuiltinTests {
    @Test func `A lease is read and written with microseconds`() throws {
        let json = try JSON.parse(
            """
            {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"a","resourceVersion":"5"},
             "spec":{"holderIdentity":"me","leaseDurationSeconds":15,"acquireTime":"2026-01-01T00:00:00.000000Z",
             "renewTime":"2026-01-01T00:00:01.500000Z","leaseTransitions":2}}
            """)
        let lease = try Lease(from: json)
        #expect(lease.spec.holderIdentity == "me")
        #expect(lease.spec.renewTime == Timestamp(microseconds: 1_767_225_601_500_000))
        #expect(lease.json == json)
    }

    @Test func `An event is read and written`() throws {
        let json = try JSON.parse(
            """
            {"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"e","namespace":"a"},"eventTime":"2026-01-01T00:00:00.000001Z",
             "series":{"count":3,"lastObservedTime":"2026-01-01T00:00:02.000000Z"},"reportingController":"graft.dev/controller",
             "reportingInstance":"i","action":"Advance","reason":"StepReached","regarding":{"apiVersion":"v1","kind":"Node","name":"n"},
             "note":"a note","type":"Normal"}
            """)
        let event = try Event(from: json)
        #expect(event.series?.count == 3)
        #expect(event.json == json)
    }

    @Test func `A secret decodes on demand and never shows its data`() throws {
        let secret = try Secret(from: ["metadata": ["name": "s"], "type": "x", "data": ["token": "aGVsbG8=", "broken": "%"]])
        #expect(secret.data("token") == Array("hello".utf8))
        #expect(secret.data("broken") == nil)
        #expect(secret.data("none") == nil)
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("aGVsbG8=") && !text.contains("hello")) }
        #expect(Secret(metadata: ObjectMeta(name: "s"), data: ["token": Array("hello".utf8)]).json["data"] == ["token": "aGVsbG8="])
    }

    @Test("Conditions tell readiness", arguments: [("True", true), ("False", false), ("Unknown", false)])
    func readiness(status: String, expected: Bool) throws {
        func object(_ type: String) -> JSON {
            ["metadata": ["name": "x"], "status": ["conditions": [["type": .string(type), "status": .string(status)]]]]
        }
        #expect(try Node(from: object("Ready")).isReady == expected)
        #expect(try CustomResourceDefinition(from: object("Established")).isEstablished == expected)
        #expect(try Node(from: object("DiskPressure")).isReady == false)
    }

    @Test func `Config maps and namespaces are read`() throws {
        #expect(try ConfigMap(from: ["metadata": ["name": "c"], "data": ["a": "b"]]).data == ["a": "b"])
        #expect(try Namespace(from: ["metadata": ["name": "n"], "status": ["phase": "Active"]]).phase == "Active")
    }
}

@Suite struct DynamicObjectTests {
    @Test func `Nothing is lost, and setting the metadata keeps what it does not know`() throws {
        let json: JSON = [
            "apiVersion": "v1", "kind": "X", "metadata": ["name": "a", "selfLink": "/x", "labels": ["b": "c"]], "spec": ["deep": [1, 2.5]],
        ]
        var object = try DynamicObject(from: json)
        #expect(object.json == json)
        #expect(object.metadata.labels == ["b": "c"])
        #expect(object["spec"]?["deep"]?[1] == 2.5)
        object.metadata.labels = [:]
        #expect(object.json["metadata"] == ["name": "a", "selfLink": "/x"])
        #expect(object.json["spec"] == json["spec"])
    }

    @Test func `An object without metadata is refused`() {
        #expect(throws: JSONDecodingError.self) { try DynamicObject(from: ["kind": "X"]) }
    }
}
