import JSON
import Schema
import Testing

struct Change: Sendable, CustomTestStringConvertible {
    let schema: String
    let before: String
    let after: String
    var removed: [String] = []
    var testDescription: String { "\(schema) with \(before)" }
}

@Suite struct `Defaults are filled in` {
    static let replicas = #"{"type":"object","properties":{"spec":{"type":"object","properties":{"n":{"type":"integer","default":3}}}}}"#

    @Test(arguments: [
        Change(schema: replicas, before: #"{"spec":{}}"#, after: #"{"spec":{"n":3}}"#),
        Change(schema: replicas, before: #"{"spec":{"n":5}}"#, after: #"{"spec":{"n":5}}"#),
        Change(schema: replicas, before: #"{"spec":{"n":null}}"#, after: #"{"spec":{"n":3}}"#),
        Change(schema: replicas, before: "{}", after: "{}"),
        Change(
            schema:
                #"{"type":"object","properties":{"a":{"type":"object","default":{},"properties":{"b":{"type":"integer","default":1}}}}}"#,
            before: "{}", after: #"{"a":{"b":1}}"#),
        Change(
            schema: #"{"type":"object","properties":{"a":{"type":"string","nullable":true,"default":"x"}}}"#,
            before: #"{"a":null}"#, after: #"{"a":null}"#),
        Change(
            schema: #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}"#,
            before: #"{"a":null,"b":"x","c":null}"#, after: #"{"b":"x","c":null}"#),
        Change(
            schema: #"{"type":"array","items":{"type":"object","properties":{"p":{"type":"string","default":"TCP"}}}}"#,
            before: #"[{},{"p":"UDP"}]"#, after: #"[{"p":"TCP"},{"p":"UDP"}]"#),
        Change(
            schema: #"{"type":"object","additionalProperties":{"type":"object","properties":{"p":{"type":"integer","default":0}}}}"#,
            before: #"{"x":{},"y":null}"#, after: #"{"x":{"p":0}}"#),
    ])
    func `and nulls that mean nothing go`(_ change: Change) throws {
        let schema = try schema(change.schema)
        let once = schema.defaulting(try json(change.before))
        #expect(once == (try json(change.after)))
        #expect(schema.defaulting(once) == once)
    }
}

@Suite struct `Unknown members are pruned` {
    @Test(arguments: [
        Change(
            schema: #"{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}}}}}"#,
            before: #"{"a":{"b":"x","c":1},"d":2}"#, after: #"{"a":{"b":"x"}}"#, removed: ["a.c", "d"]),
        Change(
            schema: #"{"type":"array","items":{"type":"object","properties":{"b":{"type":"string"}}}}"#,
            before: #"[{"b":"x"},{"c":1}]"#, after: #"[{"b":"x"},{}]"#, removed: ["[1].c"]),
        Change(
            schema:
                #"{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"object","properties":{}}}}"#,
            before: #"{"x":{"y":1},"a":{"b":1}}"#, after: #"{"x":{"y":1},"a":{}}"#, removed: ["a.b"]),
        Change(
            schema: #"{"type":"object","additionalProperties":{"type":"string"}}"#, before: #"{"x":"1"}"#, after: #"{"x":"1"}"#),
        Change(
            schema: #"{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}"#,
            before: #"{"x":{"a":"1","b":"2"}}"#, after: #"{"x":{"a":"1"}}"#, removed: ["x.b"]),
        Change(
            schema:
                #"{"type":"object","properties":{"t":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}}}"#,
            before: #"{"t":{"apiVersion":"v1","kind":"A","metadata":{"labels":{"a":"b"}},"spec":{},"x":1}}"#,
            after: #"{"t":{"apiVersion":"v1","kind":"A","metadata":{"labels":{"a":"b"}},"spec":{}}}"#, removed: ["t.x"]),
    ])
    func `and named`(_ change: Change) throws {
        let (value, removed) = try schema(change.schema).pruning(try json(change.before))
        #expect(value == (try json(change.after)))
        #expect(removed.map(\.description) == change.removed)
    }

    @Test func `a whole object keeps what belongs to every object`() throws {
        let schema = try schema(#"{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"}}}}}"#)
        let object = try json(#"{"apiVersion":"v1","kind":"A","metadata":{"name":"x","nmae":1},"spec":{"a":"1","b":2},"extra":{}}"#)
        let (value, removed) = schema.pruning(object, isResource: true)
        #expect(value == (try json(#"{"apiVersion":"v1","kind":"A","metadata":{"name":"x","nmae":1},"spec":{"a":"1"}}"#)))
        #expect(removed.map(\.description) == ["spec.b", "extra"])
        #expect(schema.unknownFields(in: object).map(\.description) == ["spec.b", "extra", "metadata.nmae"])
    }

    @Test func `metadata of every object is known`() throws {
        let metadata = try json(
            """
            {"name":"a","namespace":"b","uid":"u","resourceVersion":"1","generation":1,"creationTimestamp":null,
             "labels":{"app.kubernetes.io/name":"x"},"annotations":{"a/b":"c"},"finalizers":["f"],
             "ownerReferences":[{"apiVersion":"v1","kind":"A","name":"a","uid":"1","controller":true}],
             "managedFields":[{"manager":"m","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1",
                               "fieldsV1":{"f:spec":{}}}]}
            """)
        #expect(StructuralSchema.objectMeta.pruning(metadata).removed == [])
        #expect(StructuralSchema.objectMeta.errors(in: metadata) == [])
        #expect(StructuralSchema.objectMeta.errors(in: try json(#"{"labels":{"a":1}}"#)).map(\.path.description) == ["labels.a"])
    }
}
