/// The media types this product reads and writes.
package enum MediaType {
    package static let manifest = "application/vnd.oci.image.manifest.v1+json"
    package static let index = "application/vnd.oci.image.index.v1+json"
    package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
    /// The config of an artifact that has none; its content is `{}`.
    package static let empty = "application/vnd.oci.empty.v1+json"

    package static let module = "application/vnd.graft.module.v1"
    package static let moduleDescriptor = "application/vnd.graft.module.descriptor.v1+json"
    package static let modulePayload = "application/vnd.graft.module.payload.v1"

    static let manifests: Set<String> = [manifest, dockerManifest]
    static let indexes: Set<String> = [index, dockerIndex]
    /// What a registry may answer with when asked for a manifest.
    static let accepted = [manifest, index, dockerManifest, dockerIndex].joined(separator: ", ")

    /// `type/subtype` (RFC 6838, 4.2), without parameters.
    static func isWellFormed(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                guard let first = part.utf8.first, part.utf8.count <= 127, isAlphanumeric(first) else { return false }
                return part.utf8.allSatisfy { isAlphanumeric($0) || "!#$&-^_.+".utf8.contains($0) }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

/// The annotation keys this product reads and writes.
package enum AnnotationKey {
    package static let title = "org.opencontainers.image.title"
    package static let refName = "org.opencontainers.image.ref.name"
    package static let created = "org.opencontainers.image.created"
    /// Permission bits of a payload file, octal.
    package static let mode = "graft.mode"
}
