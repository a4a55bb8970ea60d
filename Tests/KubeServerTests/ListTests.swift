import Harness
import JSON
import Testing

@Suite("Listing", .serialized)
struct ListTests {
    @Test("Pages show the state of the first one", arguments: Way.allCases)
    func pages(way: Way) async throws {
        try await way.run { api async throws in
            for name in ["a", "b", "c", "d", "e"] { _ = try await api.create(api.widgets, Widget.named(name)) }
            let first = try await api.get(api.widgets + "?limit=2")
            #expect(first.names == ["a", "b"])
            #expect(first.json["metadata"]?["remainingItemCount"] == 3)
            _ = try await api.delete(api.widgets + "/c")
            _ = try await api.create(api.widgets, Widget.named("cc"))
            _ = try await api.merge(api.widgets + "/d", ["spec": ["size": 50]])
            let token = try #require(first.json["metadata"]?["continue"]?.string)
            let second = try await api.get(api.widgets + "?limit=2&continue=\(token)")
            #expect(second.names == ["c", "d"])
            #expect(second.items.last?["spec"]?["size"] == 3)
            #expect(second.version == first.version)
            let last = try await api.get(api.widgets + "?limit=2&continue=\(try #require(second.json["metadata"]?["continue"]?.string))")
            #expect(last.names == ["e"])
            let end = last.json["metadata"]?["continue"]?.string ?? ""
            #expect(end.isEmpty)
        }
    }

    @Test("A list of an exact version shows that version", arguments: Way.allCases)
    func exact(way: Way) async throws {
        try await way.run { api async throws in
            let made = try await api.create(api.widgets, Widget.named("a"))
            _ = try await api.create(api.widgets, Widget.named("b"))
            let then = try await api.get(api.widgets + "?resourceVersion=\(made.version)&resourceVersionMatch=Exact")
            #expect(then.names == ["a"])
            #expect(then.version == made.version)
            let newer = try await api.get(api.widgets + "?resourceVersion=\(made.version)&resourceVersionMatch=NotOlderThan")
            #expect(newer.names == ["a", "b"])
            #expect(try await api.get(api.widgets + "?resourceVersionMatch=Exact").status == 422)
            let future = try await api.get(api.widgets + "?resourceVersion=999999&resourceVersionMatch=NotOlderThan")
            #expect(future.status == 504)
            #expect(future.json["details"]?["causes"]?[0]?["reason"] == "ResourceVersionTooLarge")
        }
    }

    @Test(
        "Label selectors select",
        arguments: Way.allCases,
        [
            ("tier%3Dfront", ["a"]), ("tier%21%3Dfront", ["b", "c"]), ("tier%20in%20(front,back)", ["a", "b"]), ("tier", ["a", "b"]),
            ("%21tier", ["c"]), ("tier%20notin%20(back)", ["a", "c"]), ("tier%3D%3Dback,zone%3D1", ["b"]),
        ])
    func labels(way: Way, selection: (String, [String])) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a", labels: ["tier": "front"]))
            _ = try await api.create(api.widgets, Widget.named("b", labels: ["tier": "back", "zone": "1"]))
            _ = try await api.create(api.widgets, Widget.named("c"))
            #expect(try await api.get(api.widgets + "?labelSelector=\(selection.0)").names == selection.1)
        }
    }

    @Test("Field selectors select by what the definition allows", arguments: Way.allCases)
    func fields(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a", ["class": "edge"]))
            _ = try await api.create(api.widgets, Widget.named("b", ["class": "core"]))
            #expect(
                try await api.get(Widget.everywhere + "?fieldSelector=spec.class%3Dcore,metadata.namespace%3D\(api.namespace)").names == [
                    "b"
                ])
            #expect(
                try await api.get(Widget.everywhere + "?fieldSelector=spec.class%21%3Dcore,metadata.namespace%3D\(api.namespace)").names
                    == ["a"])
            #expect(try await api.get(api.widgets + "?fieldSelector=metadata.name%3Da").names == ["a"])
            let refused = try await api.get(api.widgets + "?fieldSelector=spec.size%3D3")
            #expect(refused.status == 400)
            #expect(refused.message.hasSuffix("field label not supported: spec.size"))
        }
    }

    @Test("A collection is deleted by selector", arguments: Way.allCases)
    func deleteCollection(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a", labels: ["go": "yes"]))
            _ = try await api.create(api.widgets, Widget.named("b"))
            let answer = try await api.delete(api.widgets + "?labelSelector=go%3Dyes")
            #expect(answer.status == 200)
            #expect(try await api.get(api.widgets).names == ["b"])
        }
    }

    @Test("Metadata alone can be asked for", arguments: Way.allCases)
    func partial(way: Way) async throws {
        try await way.run { api async throws in
            _ = try await api.create(api.widgets, Widget.named("a"))
            let accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
            let list = try await api.get(api.widgets, accept: accept)
            #expect(list.json["kind"] == "PartialObjectMetadataList")
            #expect(list.items.first?["spec"] == nil)
            #expect(list.names == ["a"])
        }
    }

    @Test("Forms that are not served are not acceptable", arguments: Way.allCases)
    func notAcceptable(way: Way) async throws {
        try await way.run { api async throws in
            #expect(try await api.get(api.widgets, accept: "application/vnd.kubernetes.protobuf").status == 406)
            #expect(try await api.get(api.widgets, accept: "application/vnd.kubernetes.protobuf, application/json").status == 200)
        }
    }
}
