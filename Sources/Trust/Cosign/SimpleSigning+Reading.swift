internal import JSON

extension SimpleSigning {
    /// Reads a payload whose signature has been verified. Strict: one document, no duplicate and no unknown member, exact case,
    /// exact types. `optional` may be absent, null or an object with anything in it.
    package init(payload: [UInt8]) throws(VerificationFailure) {
        let document: JSON
        do {
            document = try JSON.parse(payload, limits: JSONLimits(size: SignatureLimits.bytes, depth: 32))
        } catch {
            throw .payloadMalformed(error.description)
        }
        let payload = try Self.members(of: document, "the document", required: ["critical"], optional: ["optional"])
        let critical = try Self.members(of: payload["critical"], "critical", required: ["identity", "image", "type"])
        let identity = try Self.members(of: critical["identity"], "critical.identity", required: ["docker-reference"])
        let image = try Self.members(of: critical["image"], "critical.image", required: ["docker-manifest-digest"])

        let type = try Self.string(critical["type"], "critical.type")
        guard type.isIdentical(to: Self.type) else { throw .payloadType(found: type) }
        dockerReference = try Self.string(identity["docker-reference"], "critical.identity.docker-reference")
        manifestDigest = try Self.string(image["docker-manifest-digest"], "critical.image.docker-manifest-digest")
        switch payload["optional"] {
        case nil, .null?: optional = nil
        case .object(let members)?: optional = members
        case let other?: throw .payloadMalformed("optional: wanted an object or null, found \(other.kind)")
        }
    }

    private static func members(
        of json: JSON?, _ path: String, required: [String], optional: [String] = []
    ) throws(VerificationFailure) -> JSONObject {
        guard let object = json?.object else {
            throw .payloadMalformed("\(path): wanted an object, found \(json?.kind ?? "nothing")")
        }
        for key in object.keys where !(required + optional).contains(where: { $0.isIdentical(to: key) }) {
            throw .payloadMalformed("\(path): unknown member \"\(key)\"")
        }
        for key in required where !object.contains(key) {
            throw .payloadMalformed("\(path): no member \"\(key)\"")
        }
        return object
    }

    private static func string(_ json: JSON?, _ path: String) throws(VerificationFailure) -> String {
        guard let text = json?.string else {
            throw .payloadMalformed("\(path): wanted a string, found \(json?.kind ?? "nothing")")
        }
        return text
    }
}
