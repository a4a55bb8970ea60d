import JSON
import Schema

/// The OpenAPI v3 document of one group version.
struct OpenAPIDocument {
    let kinds: [OpenAPIKind]

    var json: JSON {
        var paths = JSONObject()
        var schemas = JSONObject()
        for kind in kinds.sorted(by: { $0.plural < $1.plural }) {
            for (path, item) in OpenAPIPaths(kind: kind).items { paths[path] = item }
            schemas[kind.modelName(of: kind.kind)] = Self.schema(of: kind)
            schemas[kind.modelName(of: kind.listKind)] = Self.list(of: kind)
        }
        schemas[MetaModels.objectMeta] = StructuralSchema.objectMeta.json
        schemas[MetaModels.listMeta] = MetaModels.list
        schemas[MetaModels.status] = MetaModels.statusSchema
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "unversioned"], "paths": .object(paths),
            "components": ["schemas": .object(schemas)],
        ]
    }

    private static func schema(of kind: OpenAPIKind) -> JSON {
        var schema = kind.schema?.json ?? ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        var properties = MetaModels.typeFields
        properties["metadata"] = reference(MetaModels.objectMeta, "Standard metadata of the object.")
        for (name, property) in schema["properties"]?.object ?? [:] where !properties.contains(name) { properties[name] = property }
        schema["properties"] = .object(properties)
        schema["x-kubernetes-group-version-kind"] = [kind.identity(of: kind.kind)]
        return schema
    }

    private static func list(of kind: OpenAPIKind) -> JSON {
        var properties = MetaModels.typeFields
        properties["metadata"] = reference(MetaModels.listMeta, "Standard metadata of the list.")
        properties["items"] = [
            "description": "The objects.", "type": "array", "items": reference(kind.modelName(of: kind.kind), ""),
        ]
        return [
            "description": .string("\(kind.listKind) is a list of \(kind.kind)."), "type": "object", "required": ["items"],
            "properties": .object(properties), "x-kubernetes-group-version-kind": [kind.identity(of: kind.listKind)],
        ]
    }

    /// Members beside a `$ref` count for nothing, hence `allOf`.
    static func reference(_ model: String, _ description: String) -> JSON {
        let reference: JSON = ["$ref": .string("#/components/schemas/\(model)")]
        return description.isEmpty ? reference : ["description": .string(description), "allOf": [reference]]
    }
}

/// Models that all documents share.
enum MetaModels {
    private static let prefix = "io.k8s.apimachinery.pkg.apis.meta.v1."
    static let objectMeta = prefix + "ObjectMeta"
    static let listMeta = prefix + "ListMeta"
    static let status = prefix + "Status"

    static let typeFields: JSONObject = [
        "apiVersion": ["description": "The group and version of the object's schema.", "type": "string"],
        "kind": ["description": "What kind of object this is, in CamelCase.", "type": "string"],
    ]

    static let list: JSON = [
        "type": "object",
        "properties": [
            "continue": ["type": "string"], "remainingItemCount": ["type": "integer", "format": "int64"],
            "resourceVersion": ["type": "string"], "selfLink": ["type": "string"],
        ],
    ]

    static let statusSchema: JSON = {
        var properties = typeFields
        for name in ["status", "message", "reason"] { properties[name] = ["type": "string"] }
        properties["code"] = ["type": "integer", "format": "int32"]
        properties["details"] = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        properties["metadata"] = OpenAPIDocument.reference(listMeta, "Standard metadata of the list.")
        return [
            "description": "What an operation came to.", "type": "object", "properties": .object(properties),
            "x-kubernetes-group-version-kind": [["group": "", "version": "v1", "kind": "Status"]],
        ]
    }()
}
