import HTTPTypes
import Harness
import JSON
import Testing

@Suite("Validation", .serialized)
struct ValidationTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        var body: JSON
        var message: String
        var testDescription: String { message }

        static let all = [
            Wrong(body: Widget.named("a", ["size": 3]), message: "Widget.test.graft.dev \"a\" is invalid: spec.class: Required value"),
            Wrong(
                body: Widget.named("a", ["class": "edge", "size": 500]),
                message: "Widget.test.graft.dev \"a\" is invalid: spec.size: Invalid value: 500: "
                    + "spec.size in body should be less than or equal to 100"),
            Wrong(
                body: Widget.named("a", ["class": 7]),
                message: "Widget.test.graft.dev \"a\" is invalid: spec.class: Invalid value: \"integer\": "
                    + "spec.class in body must be of type string: \"integer\""),
            Wrong(
                body: Widget.named("A_b"),
                message: "Widget.test.graft.dev \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain"),
        ]
    }

    @Test("What the schema forbids is refused, naming the field", arguments: Way.allCases, Wrong.all)
    func refused(way: Way, wrong: Wrong) async throws {
        try await way.run { api async throws in
            let answer = try await api.create(api.widgets, wrong.body)
            #expect(answer.status == 422)
            #expect(answer.reason == "Invalid")
            #expect(answer.message.hasPrefix(wrong.message), "\(answer.message)")
            #expect(answer.json["details"]?["causes"]?[0]?["field"]?.string?.isEmpty == false)
        }
    }

    @Test("Unknown fields are pruned and warned of, or refused when asked", arguments: Way.allCases)
    func unknownFields(way: Way) async throws {
        try await way.run { api async throws in
            let body = Widget.named("a", ["class": "edge", "colour": "red", "config": ["free": true]])
            let strict = try await api.create(api.widgets + "?fieldValidation=Strict", body)
            #expect(strict.status == 400)
            #expect(
                strict.message
                    == "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.colour\"")
            let warned = try await api.create(api.widgets + "?fieldValidation=Warn", body)
            #expect(warned.status == 201)
            #expect(warned.warnings == [#"299 - "unknown field \"spec.colour\"""#])
            #expect(warned.json["spec"]?["colour"] == nil)
            #expect(warned.json["spec"]?["config"] == ["free": true])
        }
    }

    @Test("Bodies that are no such object are bad requests", arguments: Way.allCases)
    func badRequests(way: Way) async throws {
        try await way.run { api async throws in
            var other = Widget.named("a")
            other["kind"] = "Gadget"
            let gadget = try await api.create(api.widgets, other)
            #expect(gadget.status == 422)
            #expect(gadget.message == "Gadget.test.graft.dev \"a\" is invalid: kind: Invalid value: \"Gadget\": must be Widget")
            other = Widget.named("a")
            other["apiVersion"] = "test.graft.dev/v2"
            #expect(try await api.create(api.widgets, other).status == 400)
            other = Widget.named("a")
            other.set("metadata", "namespace", "elsewhere")
            let elsewhere = try await api.create(api.widgets, other)
            #expect(elsewhere.message == "the namespace of the provided object does not match the namespace sent on the request")
            other = Widget.named("a")
            other.set("metadata", "labels", ["tier": 1])
            #expect(try await api.create(api.widgets, other).status == 400)
            #expect(try await api.create(api.widgets, ["not": "an object of any kind"]).status == 400)
            #expect(try await api.send(.post, api.widgets, Widget.named("a"), type: "text/plain").status == 415)
        }
    }

    @Test("Labels must be labels", arguments: Way.allCases)
    func labels(way: Way) async throws {
        try await way.run { api async throws in
            let answer = try await api.create(api.widgets, Widget.named("a", labels: ["tier": "no spaces please"]))
            #expect(answer.status == 422)
            #expect(answer.message.contains("metadata.labels: Invalid value: \"no spaces please\""))
        }
    }
}
