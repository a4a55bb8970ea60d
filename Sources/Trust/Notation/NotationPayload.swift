import JSON

/// What a Notary Project signature is about: one artifact (signature-specification.md, "Payload").
struct NotationPayload: Sendable, Hashable {
    let artifactMediaType: String
    let digest: String
    let size: Int64

    static let mediaType = "application/vnd.cncf.notary.payload.v1+json"

    /// Reads a payload whose signature has been verified. Strict: no member twice, none unknown, exact types.
    init(json bytes: [UInt8]) throws(NotationFailure) {
        let document: JSON
        do {
            document = try JSON.parse(bytes, limits: JSONLimits(size: NotationEnvelope.Limits.bytes, depth: NotationEnvelope.Limits.depth))
        } catch {
            throw .payloadMalformed(error.description)
        }
        let payload = try Self.members(of: document, "the document", ["targetArtifact"])
        let target = try Self.members(
            of: payload["targetArtifact"], "targetArtifact", ["mediaType", "digest", "size", "annotations", "artifactType"])
        artifactMediaType = try Self.string(target["mediaType"], "mediaType")
        digest = try Self.string(target["digest"], "digest")
        guard let size = target["size"]?.integer, size >= 0 else {
            throw .payloadMalformed("targetArtifact.size: wanted a number of bytes, found \(target["size"]?.kind ?? "nothing")")
        }
        self.size = size
        if let type = target["artifactType"] { _ = try Self.string(type, "artifactType") }
        guard let annotations = target["annotations"] else { return }
        guard let values = annotations.object, values.values.allSatisfy({ $0.string != nil }) else {
            throw .payloadMalformed("targetArtifact.annotations: wanted an object of strings")
        }
    }

    private static func members(of json: JSON?, _ path: String, _ known: [String]) throws(NotationFailure) -> JSONObject {
        guard let object = json?.object else {
            throw .payloadMalformed("\(path): wanted an object, found \(json?.kind ?? "nothing")")
        }
        for key in object.keys where !known.contains(where: { $0.isIdentical(to: key) }) {
            throw .payloadMalformed("\(path): unknown member \"\(key)\"")
        }
        return object
    }

    private static func string(_ json: JSON?, _ name: String) throws(NotationFailure) -> String {
        guard let text = json?.string, !text.isEmpty else {
            throw .payloadMalformed("targetArtifact.\(name): wanted a string, found \(json?.kind ?? "nothing")")
        }
        return text
    }

    /// Whether it is this very artifact: digest, type and size are those of what was fetched.
    func require(_ artifact: String, on occasion: Occasion) throws(NotationFailure) {
        guard digest.isIdentical(to: artifact) else { throw .digestMismatch(found: digest, wanted: artifact) }
        guard artifactMediaType.isIdentical(to: occasion.mediaType) else {
            throw .mediaTypeMismatch(found: artifactMediaType, wanted: occasion.mediaType)
        }
        guard size == Int64(occasion.size) else { throw .sizeMismatch(found: size, wanted: Int64(occasion.size)) }
    }
}
