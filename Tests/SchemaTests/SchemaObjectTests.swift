import JSON
import Schema
import Testing

private enum Mode: String, CaseIterable, SchemaValue { case fast = "Fast", slow = "Slow" }

private struct Step: SchemaObject, Equatable {
    var weight = 0
    static let fields: [Field<Step>] = [.required("weight", \.weight, "Percent.") { $0.maximum = 100 }]
}

private struct Plan: SchemaObject, Equatable {
    var name = ""
    var mode: Mode?
    var limit = 10
    var steps: [Step] = []
    var labels: [String: String] = [:]

    static let fields: [Field<Plan>] = [
        .required("name", \.name, "What it is called.") { $0.maxLength = 5 },
        .optional("mode", \.mode, "How."),
        .defaulted("limit", \.limit, 10, "How many."),
        .collection("steps", \.steps, "In order.") { $0.listType = .atomic },
        .collection("labels", \.labels, "Marks."),
    ]

    static func refine(_ schema: inout StructuralSchema) { schema.maxProperties = 9 }
}

@Suite struct `A type described by its fields` {
    @Test func `generates its schema`() throws {
        let wanted = """
            {"type":"object","maxProperties":9,"required":["name"],"properties":{
              "name":{"description":"What it is called.","type":"string","maxLength":5},
              "mode":{"description":"How.","type":"string","enum":["Fast","Slow"]},
              "limit":{"description":"How many.","type":"integer","format":"int64","default":10},
              "steps":{"description":"In order.","type":"array","x-kubernetes-list-type":"atomic","items":{"type":"object",
                "required":["weight"],"properties":{"weight":{"description":"Percent.","type":"integer","format":"int64","maximum":100}}}},
              "labels":{"description":"Marks.","type":"object","additionalProperties":{"type":"string"}}}}
            """
        #expect(Plan.schema.json == (try json(wanted)))
        #expect(Plan.schema.structuralErrors() == [])
    }

    @Test(
        arguments: [
            (#"{"name":"a"}"#, #"{"name":"a","limit":10}"#),
            (#"{"name":"a","limit":3,"mode":"Slow","steps":[{"weight":5}],"labels":{"x":"y"}}"#, nil),
            (#"{"name":"a","limit":null,"mode":null,"steps":[],"labels":{},"unknown":1}"#, #"{"name":"a","limit":10}"#),
        ] as [(String, String?)])
    func `reads and writes`(_ text: String, _ written: String?) throws {
        let plan = try Plan(from: try json(text))
        #expect(plan.json == (try json(written ?? text)))
        #expect(try Plan(from: plan.json) == plan)
        #expect(Plan.schema.errors(in: plan.json) == [])
    }

    @Test(arguments: [
        ("{}", "name: wanted a value, found nothing"),
        (#"{"name":1}"#, "name: wanted a string, found integer"),
        (#"{"name":"a","mode":"Medium"}"#, "mode: wanted one of Fast, Slow, found Medium"),
        (#"{"name":"a","steps":[{"weight":1},{}]}"#, "steps[1].weight: wanted a value, found nothing"),
        ("[]", "the document: wanted an object, found array"),
    ])
    func `says what it can't read`(_ text: String, _ message: String) throws {
        let error = #expect(throws: JSONDecodingError.self) { try Plan(from: try json(text)) }
        #expect(error?.description == message)
    }
}
