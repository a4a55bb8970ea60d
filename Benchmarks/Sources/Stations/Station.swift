package import JSON
package import KubeCore

/// A read model of the custom resource that is measured: its metadata, and fifteen fields of spec and status.
package struct Station: Resource {
    package static let definition = ResourceDefinition(
        group: "bench.graft.dev", version: "v1", kind: "Station", plural: "stations", scope: .namespaced)

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status

    package struct Spec: Sendable {
        package var model: String
        package var image: String
        package var address: String
        package var port: Int
        package var interval: String
        package var replicas: Int
        package var enabled: Bool
        package var sensors: [String]
        package var parameters: [String: String]
    }

    package struct Status: Sendable {
        package var observedGeneration: Int64?
        package var phase: String
        package var ready: Int
        package var lastSeen: Timestamp?
        package var revision: String
        package var conditions: [Condition]
    }
}

extension Station: JSONObjectConvertible {
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        spec = try members.required("spec")
        status = try members.required("status")
    }

    package var json: JSON { ["metadata": metadata.json] }
}

extension Station.Spec: JSONObjectDecodable {
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        model = try members.required("model")
        image = try members.required("image")
        address = try members.required("address")
        port = try members.required("port")
        interval = try members.required("interval")
        replicas = try members.required("replicas")
        enabled = try members.optional("enabled", default: false)
        sensors = try members.optional("sensors", default: [])
        parameters = try members.optional("parameters", default: [:])
    }
}

extension Station.Status: JSONObjectDecodable {
    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        observedGeneration = try members.optional("observedGeneration")
        phase = try members.optional("phase", default: "")
        ready = try members.optional("ready", default: 0)
        lastSeen = try members.optional("lastSeen")
        revision = try members.optional("revision", default: "")
        conditions = try members.optional("conditions", default: [])
    }
}
