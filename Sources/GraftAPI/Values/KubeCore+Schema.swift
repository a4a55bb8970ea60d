import JSON
public import KubeCore
public import Schema

extension Timestamp: SchemaValue {
    public static var schema: StructuralSchema {
        var schema = StructuralSchema(.string)
        schema.format = "date-time"
        return schema
    }
}

extension Condition: SchemaValue {
    public static var schema: StructuralSchema {
        func text(_ about: String, maxLength: Int) -> StructuralSchema {
            var schema = StructuralSchema(.string)
            schema.description = about
            schema.maxLength = maxLength
            return schema
        }
        var status = text("True, False or Unknown.", maxLength: 7)
        status.allowedValues = ["True", "False", "Unknown"]
        status.maxLength = nil
        var schema = StructuralSchema(.object)
        schema.properties = [
            .init("type", text("Which aspect.", maxLength: 316)), .init("status", status),
            .init("observedGeneration", Int64.schema), .init("lastTransitionTime", Timestamp.schema),
            .init("reason", text("Why, for programs.", maxLength: 1024)),
            .init("message", text("Why, for people: one sentence.", maxLength: 32_768)),
        ]
        schema.required = ["type", "status", "lastTransitionTime", "reason", "message"]
        return schema
    }

    /// A list of conditions, one of each type.
    package static func list(_ schema: inout StructuralSchema) {
        schema.listType = .map
        schema.listMapKeys = ["type"]
        schema.maxItems = 16
    }
}

extension LabelSelector: SchemaValue {
    public static var schema: StructuralSchema {
        var requirement = StructuralSchema(.object)
        var relation = StructuralSchema(.string)
        relation.allowedValues = ["In", "NotIn", "Exists", "DoesNotExist"]
        requirement.properties = [.init("key", .init(.string)), .init("operator", relation), .init("values", [String].schema)]
        requirement.required = ["key", "operator"]
        var expressions = StructuralSchema(.array)
        expressions.items = requirement
        expressions.maxItems = 32
        var schema = StructuralSchema(.object)
        schema.properties = [.init("matchLabels", [String: String].schema), .init("matchExpressions", expressions)]
        schema.mapType = .atomic
        return schema
    }
}
