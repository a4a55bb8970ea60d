import JSON
import Schema

/// The OpenAPI v2 document: models of the custom types alone.
///
/// Built-in kinds are left out: kubectl knows them, and would take a model without fields for all there is to them. There are no paths:
/// nobody reads them here.
struct SwaggerDocument {
    let kinds: [OpenAPIKind]

    private static let title = "Kubernetes"
    private static let version = "unversioned"

    var json: JSON {
        var models = JSONObject()
        for (name, model) in definitions { models[name] = model }
        return [
            "swagger": "2.0", "info": ["title": .string(Self.title), "version": .string(Self.version)], "paths": [:],
            "definitions": .object(models),
        ]
    }

    /// `gnostic`'s `openapi.v2.Document`.
    var protobuf: [UInt8] {
        var document = ProtobufWriter()
        document.string(1, "2.0")
        document.message(2) { info in
            info.string(1, Self.title)
            info.string(2, Self.version)
        }
        document.message(8) { _ in }
        document.message(9) { all in
            for (name, model) in definitions { all.message(1) { SwaggerModel.writeNamed(name, model, into: &$0) } }
        }
        return document.bytes
    }

    private var definitions: [(name: String, model: JSON)] {
        let custom = kinds.filter(\.isCustom).sorted { $0.modelName(of: $0.kind) < $1.modelName(of: $1.kind) }
        return custom.map { ($0.modelName(of: $0.kind), Self.model(of: $0)) } + [(MetaModels.objectMeta, Self.objectMeta)]
    }

    private static let objectMeta = {
        var schema = StructuralSchema.objectMeta
        // kubectl's own validation takes a nullable field for one of any content: keep what the fields are.
        for index in schema.properties.indices { schema.properties[index].schema.nullable = false }
        return schema.simplifiedForSwagger.json
    }()

    private static func model(of kind: OpenAPIKind) -> JSON {
        var model: JSON = ["type": "object"]
        if let schema = kind.schema, !schema.preservesUnknownFields {
            model = schema.simplifiedForSwagger.json
            var properties = MetaModels.typeFields
            properties["metadata"] = ["$ref": .string("#/definitions/\(MetaModels.objectMeta)")]
            for (name, property) in model["properties"]?.object ?? [:] where !properties.contains(name) { properties[name] = property }
            model["properties"] = .object(properties)
        }
        model["x-kubernetes-group-version-kind"] = [kind.identity(of: kind.kind)]
        return model
    }
}

extension StructuralSchema {
    /// What OpenAPI v2 can say of a schema and old kubectls can read: no alternatives, and no structure where anything may stand.
    fileprivate var simplifiedForSwagger: StructuralSchema {
        var schema = self
        schema.allOf = []
        schema.anyOf = []
        schema.oneOf = []
        schema.not = nil
        schema.rules = []
        let takesAnything = nullable || preservesUnknownFields
        schema.required = takesAnything ? [] : required.filter { !(self[property: $0]?.nullable ?? false) }
        if nullable || preservesUnknownFields && kind == .object { schema.kind = nil }
        schema.nullable = false
        schema.properties = takesAnything ? [] : properties.map { Property($0.name, $0.schema.simplifiedForSwagger) }
        schema.items = takesAnything ? nil : items?.simplifiedForSwagger
        if schema.kind == .array, schema.items == nil { schema.kind = nil }
        if case .schema(let additional) = additionalProperties {
            schema.additionalProperties = takesAnything ? .unspecified : .schema(additional.simplifiedForSwagger)
        }
        return schema
    }
}
