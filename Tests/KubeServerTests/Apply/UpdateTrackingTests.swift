import JSON
import KubeCore
import Testing

@testable import KubeServer

@Suite struct `A write that is no apply` {
    @Test func `owns what it brought, with the objects that hold it`() throws {
        var story = Applying()
        try story.update(
            #"{"metadata":{"labels":{"a":"b"}},"spec":{"module":"x","ports":[{"port":80,"protocol":"TCP"}],"steps":[{}]}}"#, as: "curl")
        #expect(
            story.live?["metadata"]?["managedFields"]
                == (try parsed(
                    """
                    [{"manager":"curl","operation":"Update","apiVersion":"example.dev/v1","time":"2023-11-14T22:14:20Z",
                      "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{".":{},"f:module":{},
                      "f:ports":{".":{},"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:protocol":{}}},"f:steps":{}}}}]
                    """)))
    }

    @Test func `changes no time when it changes nothing`() throws {
        var story = Applying()
        try story.update(#"{"spec":{"module":"x"}}"#, as: "curl")
        let before = try #require(story.live)
        try story.update(#"{"spec":{"module":"x"}}"#, as: "curl")
        #expect(story.live?.bytes() == before.bytes())
    }

    @Test func `takes from others what it changes, and from all what it removes`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x","replicas":1,"tags":["a"]}}"#, as: "graft")
        try story.update(#"{"spec":{"module":"y","replicas":1}}"#, as: "curl")
        #expect(story.fields("graft")?["f:spec"] == (try parsed(#"{"f:replicas":{}}"#)))
        #expect(story.fields("curl")?["f:spec"] == (try parsed(#"{"f:module":{}}"#)))
    }

    @Test func `joins what the same manager wrote before`() throws {
        var story = Applying()
        try story.update(#"{"spec":{"module":"x"}}"#, as: "curl")
        try story.update(#"{"spec":{"module":"x","replicas":2}}"#, as: "curl")
        #expect(story.managers == ["curl"])
        #expect(story.fields("curl")?["f:spec"] == (try parsed(#"{".":{},"f:module":{},"f:replicas":{}}"#)))
        #expect(story.entry("curl")?["time"] == "2023-11-14T22:15:20Z")
    }

    @Test func `of a subresource is told apart`() throws {
        var story = Applying()
        try story.update(#"{"spec":{"module":"x"}}"#, as: "m")
        try story.update(#"{"spec":{"module":"x"},"status":{"phase":"P"}}"#, as: "m", subresource: "status")
        let entries = try #require(story.live?["metadata"]?["managedFields"]?.array)
        #expect(entries.map { $0["subresource"] } == [nil, "status"])
        #expect(entries[1]["fieldsV1"] == (try parsed(#"{"f:status":{".":{},"f:phase":{}}}"#)))
    }

    @Test func `clears all managers with an empty list, and the object is then not tracked`() throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "graft")
        var new = try #require(story.live)
        new["metadata"]?["managedFields"] = []
        story.live = ServerSideApply.track(
            update: new, from: story.live, manager: "m", subresource: nil, schema: story.schema, apiVersion: "example.dev/v1",
            now: story.now)
        #expect(story.live?["metadata"]?["managedFields"] == nil)
        try story.update(#"{"spec":{"module":"z"}}"#, as: "m")
        #expect(story.live?["metadata"]?["managedFields"] == nil)
    }

    @Test(arguments: ["null", #"[{"manager":"x"}]"#, #""nonsense""#])
    func `keeps the managers of the live object when it brings none that can be read`(_ list: String) throws {
        var story = Applying()
        try story.apply(#"{"spec":{"module":"x"}}"#, as: "graft")
        var new = try #require(story.live)
        new["metadata"]?["managedFields"] = try parsed(list)
        let tracked = ServerSideApply.track(
            update: new, from: story.live, manager: "m", subresource: nil, schema: story.schema, apiVersion: "example.dev/v1",
            now: story.now)
        #expect(tracked.bytes() == story.live?.bytes() || tracked == story.live)
    }

    @Test func `joins the oldest of more than ten updaters`() throws {
        var story = Applying()
        for number in 0..<14 { try story.update(#"{"spec":{"marks":{"m\#(number)":"v"},"replicas":\#(number)}}"#, as: "m\(number)") }
        var marks = ""
        for number in 0..<14 {
            marks += #""m\#(number)":"v","#
            try story.update(#"{"spec":{"marks":{\#(marks.dropLast())}}}"#, as: "n\(number)")
        }
        #expect(story.managers.count == 10)
        #expect(story.managers.contains("ancient-changes"))
        // Nobody's field was lost.
        let owned = (story.live?["metadata"]?["managedFields"]?.array ?? []).reduce(FieldSet()) {
            $0.union(FieldSet(json: $1["fieldsV1"] ?? [:]))
        }
        for number in 0..<14 { #expect(owned.contains([.field("spec"), .field("marks"), .field("m\(number)")])) }
    }

    @Test func `of a kind without a schema knows lists by their names`() throws {
        var story = Applying(schema: nil)
        let pod = #"{"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}]}],"nodeSelector":{"x":"y"}}}"#
        try story.apply(pod, as: "graft")
        #expect(
            story.fields("graft")
                == (try parsed(
                    """
                    {"f:spec":{"f:containers":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:image":{},"f:name":{},
                      "f:ports":{"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{}}}}},"f:nodeSelector":{}}}
                    """)))
        try story.apply(#"{"spec":{"containers":[{"name":"b"}]}}"#, as: "other")
        #expect(story.spec?["containers"]?.array?.compactMap { $0["name"]?.string } == ["a", "b"])
    }
}
