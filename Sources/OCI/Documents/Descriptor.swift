package import JSON

/// Points at content: its type, digest and size in bytes (OCI image specification, "Content Descriptors").
package struct Descriptor: Sendable, Hashable, JSONConvertible {
    package var mediaType: String
    package var digest: Digest
    package var size: Int
    package var annotations: [String: String]
    package var artifactType: String?
    package var platform: Platform?

    package init(
        mediaType: String, digest: Digest, size: Int, annotations: [String: String] = [:], artifactType: String? = nil,
        platform: Platform? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.artifactType = artifactType
        self.platform = platform
    }

    /// Describes the bytes.
    package init(mediaType: String, of bytes: [UInt8], annotations: [String: String] = [:]) {
        self.init(mediaType: mediaType, digest: Digest(of: bytes), size: bytes.count, annotations: annotations)
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        mediaType = try reader.required("mediaType")
        guard MediaType.isWellFormed(mediaType) else {
            throw JSONDecodingError(path: path.appending("mediaType"), wanted: "a media type", found: shown(mediaType))
        }
        let digest: String = try reader.required("digest")
        do { self.digest = try Digest(parsing: digest) } catch {
            throw JSONDecodingError(path: path.appending("digest"), wanted: "a digest", found: error.message)
        }
        size = try reader.required("size")
        guard size >= 0 else { throw JSONDecodingError(path: path.appending("size"), wanted: "a size in bytes", found: "\(size)") }
        annotations = try reader.optional("annotations", default: [:])
        artifactType = try reader.optional("artifactType")
        platform = try reader.optional("platform")
    }

    package var json: JSON {
        var object: JSONObject = ["mediaType": .string(mediaType), "digest": .string(digest.description), "size": .integer(Int64(size))]
        object.set("artifactType", artifactType)
        object.set("platform", platform)
        object.setUnlessEmpty("annotations", annotations)
        return .object(object)
    }

    /// The file name the content had, where one is given.
    package var title: String? { annotations[AnnotationKey.title] }
}

/// What an index entry runs on, in the words of Go: `linux`, `amd64`, `arm64`.
package struct Platform: Sendable, Hashable, JSONConvertible, CustomStringConvertible {
    package var os: String
    package var architecture: String
    package var variant: String?

    package init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        os = try reader.required("os")
        architecture = try reader.required("architecture")
        variant = try reader.optional("variant")
    }

    package var json: JSON {
        var object: JSONObject = ["architecture": .string(architecture), "os": .string(os)]
        object.set("variant", variant)
        return .object(object)
    }

    package var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }

    /// The one this program was built for.
    package static var current: Platform {
        #if arch(arm64)
            Platform(os: "linux", architecture: "arm64")
        #else
            Platform(os: "linux", architecture: "amd64")
        #endif
    }
}
