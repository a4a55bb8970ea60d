import JSON
import KubeCore
import Schema
import Testing

@testable import KubeServer

/// Given one applied spec, when another is applied by the same manager, then the spec and what is owned are these.
struct Reapplication: Sendable, CustomTestStringConvertible {
    let first: String
    let second: String
    let spec: String
    let owned: String
    var testDescription: String { "\(first) then \(second)" }
}

@Suite struct `Server-side apply` {
    @Test func `makes an object that is not there, and owns what it names`() throws {
        var story = Applying()
        try story.apply(#"{"metadata":{"labels":{"a":"b"}},"spec":{"module":"x:1","ports":[{"port":80}],"tags":["t"]}}"#, as: "graft")
        #expect(
            story.live
                == (try parsed(
                    """
                    {"apiVersion":"example.dev/v1","kind":"Thing","metadata":{"name":"thing","labels":{"a":"b"},"managedFields":[
                      {"manager":"graft","operation":"Apply","apiVersion":"example.dev/v1","time":"2023-11-14T22:14:20Z",
                       "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:module":{},
                         "f:ports":{"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{}}},"f:tags":{"v:\\"t\\"":{}}}}}]},
                     "spec":{"module":"x:1","ports":[{"port":80}],"tags":["t"]}}
                    """)))
    }

    @Test(arguments: [
        Reapplication(
            first: #"{"module":"x","replicas":1}"#, second: #"{"module":"y"}"#, spec: #"{"module":"y"}"#, owned: #"{"f:module":{}}"#),
        Reapplication(
            first: #"{"tags":["a","b"]}"#, second: #"{"tags":["c","a"]}"#, spec: #"{"tags":["c","a"]}"#,
            owned: #"{"f:tags":{"v:\"a\"":{},"v:\"c\"":{}}}"#),
        Reapplication(
            first: #"{"ports":[{"port":1,"name":"a"},{"port":2}]}"#, second: #"{"ports":[{"port":2,"name":"b"}]}"#,
            spec: #"{"ports":[{"port":2,"name":"b"}]}"#,
            owned: #"{"f:ports":{"k:{\"port\":2,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}}}"#),
        Reapplication(
            first: #"{"steps":[{"setWeight":1},{"setWeight":2}]}"#, second: #"{"steps":[{"setWeight":3}]}"#,
            spec: #"{"steps":[{"setWeight":3}]}"#, owned: #"{"f:steps":{}}"#),
        Reapplication(
            first: #"{"sel":{"a":"1","b":"2"}}"#, second: #"{"sel":{"a":"3"}}"#, spec: #"{"sel":{"a":"3"}}"#, owned: #"{"f:sel":{}}"#),
        Reapplication(
            first: #"{"marks":{"a":"1","b":"2"}}"#, second: #"{"marks":{"b":"3"}}"#, spec: #"{"marks":{"b":"3"}}"#,
            owned: #"{"f:marks":{"f:b":{}}}"#),
        Reapplication(
            first: #"{"config":{"a":{"b":1,"c":[1]},"d":2}}"#, second: #"{"config":{"a":{"c":[2]}}}"#,
            spec: #"{"config":{"a":{"c":[2]}}}"#, owned: #"{"f:config":{"f:a":{".":{},"f:c":{}}}}"#),
        Reapplication(
            first: #"{"nested":{"a":"1"},"module":"x"}"#, second: #"{"module":"x"}"#, spec: #"{"module":"x"}"#, owned: #"{"f:module":{}}"#),
        Reapplication(
            first: #"{"nested":{"a":"1"},"module":"x"}"#, second: #"{"nested":{},"module":"x"}"#, spec: #"{"nested":{},"module":"x"}"#,
            owned: #"{"f:module":{},"f:nested":{}}"#),
    ])
    func `takes out what the manager left out`(_ change: Reapplication) throws {
        // Given
        var story = Applying()
        try story.apply(#"{"spec":\#(change.first)}"#, as: "graft")
        // When
        try story.apply(#"{"spec":\#(change.second)}"#, as: "graft")
        // Then
        #expect(story.spec == (try parsed(change.spec)))
        #expect(story.fields("graft")?["f:spec"] == (try parsed(change.owned)))
    }

    @Test func `does nothing when nothing changed, not even to the time`() throws {
        var story = Applying()
        let text = #"{"spec":{"module":"x","ports":[{"port":80,"name":"a"}],"tags":["a"],"marks":{"m":"1"},"config":{"k":[1]}}}"#
        try story.apply(text, as: "graft")
        let before = try #require(story.live)
        try story.apply(text, as: "graft")
        #expect(story.live?.bytes() == before.bytes())
    }

    @Test func `keeps what someone else owns as well`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x","replicas":1}}"#, as: "one")
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "two")
        try story.apply(#"{"spec":{"replicas":1}}"#, as: "one")
        #expect(story.spec == (try parsed(#"{"module":"x","replicas":1}"#)))
        #expect(story.fields("one")?["f:spec"] == (try parsed(#"{"f:replicas":{}}"#)))
        #expect(story.fields("two")?["f:spec"] == (try parsed(#"{"f:module":{}}"#)))
    }

    @Test func `refuses to take a field that another applied`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "one")
        let error = #expect(throws: KubeError.self) { try story.apply(#"{"spec":{"module":"y"}}"#, as: "two") }
        #expect(error?.status == 409)
        #expect(error?.code == .conflict)
        #expect(error?.message == #"Apply failed with 1 conflict: conflict with "one": .spec.module"#)
        #expect(error?.causes == [.init(reason: "FieldManagerConflict", message: #"conflict with "one""#, field: ".spec.module")])
        #expect(story.spec == (try parsed(#"{"module":"x"}"#)))
    }

    @Test func `names those who wrote by other means with their version`() throws {
        var story = Applying()
        try story.update(#"{"spec":{"module":"x","replicas":1}}"#, as: "kubectl-edit")
        let error = #expect(throws: KubeError.self) {
            try story.apply(#"{"spec":{"module":"y","replicas":2}}"#, as: "graft")
        }
        #expect(
            error?.message
                == "Apply failed with 2 conflicts: conflicts with \"kubectl-edit\" using example.dev/v1:\n- .spec.module\n- .spec.replicas")
        #expect(error?.causes.map(\.field) == [".spec.module", ".spec.replicas"])
    }

    @Test func `names elements of lists by their keys`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"ports":[{"port":80,"name":"a"}]}}"#, as: "one")
        let error = #expect(throws: KubeError.self) { try story.apply(#"{"spec":{"ports":[{"port":80,"name":"b"}]}}"#, as: "two") }
        #expect(error?.causes.map(\.field) == [#".spec.ports[port=80,protocol="TCP"].name"#])
    }

    @Test func `takes a field by force, and who had it owns it no longer`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x","replicas":1}}"#, as: "one")
        try story.apply(#"{"spec":{"module":"y"}}"#, as: "two", force: true)
        #expect(story.spec == (try parsed(#"{"module":"y","replicas":1}"#)))
        #expect(story.fields("one")?["f:spec"] == (try parsed(#"{"f:replicas":{}}"#)))
        try story.apply(#"{"spec":{"replicas":1}}"#, as: "one")
        #expect(story.spec?["module"] == "y")
    }

    @Test func `shares a field when both want the same`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "one")
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "two")
        #expect(story.managers == ["one", "two"])
        let error = #expect(throws: KubeError.self) { try story.apply(#"{"spec":{"module":"y"}}"#, as: "two") }
        #expect(error?.causes.count == 1)
    }

    @Test func `merges lists in the order of who applies`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"tags":["a","b","c"]}}"#, as: "one")
        try story.apply(#"{"spec":{"tags":["x","b","y"]}}"#, as: "two")
        #expect(story.spec?["tags"] == (try parsed(#"["a","x","b","c","y"]"#)))
    }

    @Test func `of a subresource speaks of nothing else`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "graft")
        try story.apply(
            #"{"metadata":{"labels":{"a":"b"}},"spec":{"module":"z"},"status":{"phase":"Healthy"}}"#, as: "graft", subresource: "status")
        #expect(story.spec == (try parsed(#"{"module":"x"}"#)))
        #expect(story.live?["metadata"]?["labels"] == nil)
        #expect(story.live?["status"] == (try parsed(#"{"phase":"Healthy"}"#)))
        let entries = try #require(story.live?["metadata"]?["managedFields"]?.array)
        #expect(entries.map { $0["subresource"] } == [nil, "status"])
        #expect(entries[1]["fieldsV1"] == (try parsed(#"{"f:status":{"f:phase":{}}}"#)))
    }

    @Test func `never owns what the server writes`() throws {
        var story = Applying()
        try story.apply(
            #"{"metadata":{"uid":"u","resourceVersion":"5","generation":7,"creationTimestamp":null},"spec":{"module":"x"}}"#, as: "graft")
        #expect(story.fields("graft") == (try parsed(#"{"f:spec":{"f:module":{}}}"#)))
        #expect(story.live?["metadata"]?["uid"] == nil)
        #expect(story.live?["metadata"]?["generation"] == nil)
    }

    @Test func `to what nobody tracked finds that someone wrote it before`() throws {
        var story = Applying()
        story.live = try Applying.object(#"{"metadata":{"creationTimestamp":"2020-01-01T00:00:00Z"},"spec":{"module":"x"}}"#)
        let error = #expect(throws: KubeError.self) { try story.apply(#"{"spec":{"module":"y"}}"#, as: "graft") }
        #expect(error?.message == #"Apply failed with 1 conflict: conflict with "before-first-apply" using example.dev/v1: .spec.module"#)
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "graft")
        #expect(story.managers == ["graft", "before-first-apply"])
    }

    @Test(arguments: [
        (#"{"metadata":{"managedFields":[]}}"#, 400, "metadata.managedFields must be nil"),
        (
            #"{"spec":{"modul":"x"}}"#, 500,
            "failed to create typed patch object (/thing; example.dev/v1, Kind=Thing): .spec.modul: field not declared in schema"
        ),
        (
            #"{"spec":{"ports":[{"port":1},{"port":1,"protocol":"TCP"}]}}"#, 500,
            #"failed to create typed patch object (/thing; example.dev/v1, Kind=Thing): .spec.ports: duplicate entries for key [port=1,protocol="TCP"]"#
        ),
        (
            #"{"spec":{"tags":["a","a"]}}"#, 500,
            #"failed to create typed patch object (/thing; example.dev/v1, Kind=Thing): .spec.tags: duplicate entries for key [="a"]"#
        ),
    ])
    func `refuses what can't be merged`(_ text: String, _ status: Int, _ message: String) throws {
        var story = Applying()
        let error = #expect(throws: KubeError.self) { try story.apply(text, as: "graft") }
        #expect(error?.status == status)
        #expect(error?.message == message)
    }
}

@Suite struct `kubectl going over to server-side apply` {
    private func story() throws -> Applying {
        var story = Applying()
        let applied = #"{\"apiVersion\":\"example.dev/v1\",\"spec\":{\"module\":\"x\",\"replicas\":1}}"#
        try story.update(
            """
            {"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"\(applied)"}},"spec":{"module":"x","replicas":3}}
            """, as: "kubectl-client-side-apply")
        return story
    }

    @Test func `takes what it applied before without a conflict, and keeps the annotation in step`() throws {
        var story = try story()
        try story.apply(#"{"spec":{"module":"y"}}"#, as: "kubectl")
        #expect(story.spec?["module"] == "y")
        let annotation = story.live?["metadata"]?["annotations"]?[LastApplied.annotation]?.string
        #expect(annotation?.contains(#""module":"y""#) == true)
    }

    @Test func `does not take what changed since`() throws {
        var story = try story()
        let error = #expect(throws: KubeError.self) { try story.apply(#"{"spec":{"module":"y","replicas":2}}"#, as: "kubectl") }
        #expect(error?.causes.map(\.field) == [".spec.replicas"])
    }

    @Test func `lets no other manager do so`() throws {
        var story = try story()
        #expect(throws: KubeError.self) { try story.apply(#"{"spec":{"module":"y"}}"#, as: "graft") }
    }
}
