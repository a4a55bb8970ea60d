import Kube

/// Asks for copies of a config map in every namespace that a selector matches.
struct ConfigMirror: Resource {
    static let definition = ResourceDefinition(
        group: "example.com", version: "v1", kind: "ConfigMirror", plural: "configmirrors", scope: .namespaced)

    struct Spec {
        /// A config map beside the mirror.
        var source: String
        var namespaces: LabelSelector
    }

    struct Status: Equatable {
        var copies = 0
        var conditions: [Condition] = []
    }

    var metadata: ObjectMeta
    var spec: Spec
    var status: Status
}

extension ConfigMirror {
    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        metadata = try reader.required("metadata")
        spec = try reader.required("spec")
        status = try reader.optional("status", default: Status())
    }

    var json: JSON { resourceJSON(["spec": spec.json]) }
}

extension ConfigMirror.Spec: JSONConvertible {
    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        source = try reader.required("source")
        namespaces = try reader.required("namespaces")
    }

    var json: JSON { ["source": source.json, "namespaces": namespaces.json] }
}

extension ConfigMirror.Status: JSONConvertible {
    init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        copies = try reader.optional("copies", default: 0)
        conditions = try reader.optional("conditions", default: [])
    }

    var json: JSON { ["copies": copies.json, "conditions": conditions.json] }
}
