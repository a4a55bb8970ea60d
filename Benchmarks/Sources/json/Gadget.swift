import JSON
import KubeCore

/// The read model that is measured: 15 fields, those of `metadata` counted one by one.
struct Gadget: KubeObject {
    var metadata: ObjectMeta
    var image: String
    var hostClass: String
    var replicas: Int
    var weight: Double
    var phase: String
    var conditions: [Condition]
}

extension Gadget: JSONObjectDecodable {
    init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        let spec = try members.nested("spec")
        image = try spec?.required("image") ?? ""
        hostClass = try spec?.required("class") ?? ""
        replicas = try spec?.optional("replicas") ?? 1
        weight = try spec?.optional("weight") ?? 0
        let status = try members.nested("status")
        phase = try status?.optional("phase") ?? ""
        conditions = try status?.optional("conditions") ?? []
    }
}

extension Gadget {
    var json: JSON {
        [
            "apiVersion": "bench.example.com/v1alpha1", "kind": "Gadget", "metadata": metadata.json,
            "spec": [
                "class": .string(hostClass), "image": .string(image), "replicas": .integer(Int64(replicas)), "weight": .double(weight),
            ],
            "status": ["conditions": conditions.json, "phase": .string(phase)],
        ]
    }
}
