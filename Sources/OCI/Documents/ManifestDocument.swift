internal import JSON

/// A manifest or an index, with the exact bytes that its digest is of.
package struct ManifestDocument: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case manifest(Manifest)
        case index(Index)
    }

    package let bytes: [UInt8]
    package let descriptor: Descriptor
    package let content: Content

    /// Bytes of a document, as the distribution specification advises.
    package static let maximumSize = 4 << 20

    /// Reads a document.
    /// - Parameters:
    ///   - mediaType: what it was announced as; must agree with what it says itself.
    ///   - algorithm: of the digest in the descriptor.
    ///   - source: for errors, where it comes from.
    /// - Throws: `OCIError.tooLarge` or `.malformed`.
    package init(
        parsing bytes: [UInt8], mediaType announced: String? = nil, algorithm: Digest.Algorithm = .sha256, source: String
    ) throws(OCIError) {
        guard bytes.count <= Self.maximumSize else {
            throw OCIError(.tooLarge, "\(source): the manifest has \(bytes.count) bytes, at most \(Self.maximumSize) are read")
        }
        func malformed(_ what: String) -> OCIError { OCIError(.malformed, "\(source): the manifest is malformed: \(what)") }
        let json: JSON
        do { json = try JSON.parse(bytes, limits: JSONLimits(size: Self.maximumSize, depth: 32)) } catch { throw malformed("\(error)") }
        do throws(JSONDecodingError) {
            content = Self.isIndex(json) ? .index(try Index(from: json)) : .manifest(try Manifest(from: json))
        } catch {
            throw malformed("\(error)")
        }
        let own: String
        switch content {
        case .manifest(let manifest): own = manifest.mediaType ?? MediaType.manifest
        case .index(let index): own = index.mediaType ?? MediaType.index
        }
        // A generic type says nothing about the document and contradicts nothing.
        if let announced, announced != own, !["application/json", "application/octet-stream"].contains(announced) {
            throw malformed("it was announced as \(shown(announced)) but is \(own)")
        }
        self.bytes = bytes
        var descriptor = Descriptor(mediaType: own, digest: Digest(of: bytes, by: algorithm), size: bytes.count)
        if case .manifest(let manifest) = content { descriptor.artifactType = manifest.artifactType }
        self.descriptor = descriptor
    }

    /// By what the document says, or else by what it has.
    private static func isIndex(_ json: JSON) -> Bool {
        guard let type = json["mediaType"]?.string else { return json["manifests"] != nil }
        return MediaType.indexes.contains(type)
    }

    package init(_ manifest: Manifest) {
        bytes = manifest.json.bytes()
        content = .manifest(manifest)
        descriptor = Descriptor(
            mediaType: MediaType.manifest, digest: Digest(of: bytes), size: bytes.count, artifactType: manifest.artifactType)
    }

    package init(_ index: Index) {
        bytes = index.json.bytes()
        content = .index(index)
        descriptor = Descriptor(mediaType: MediaType.index, digest: Digest(of: bytes), size: bytes.count)
    }

    package var manifest: Manifest? { if case .manifest(let manifest) = content { manifest } else { nil } }
    package var index: Index? { if case .index(let index) = content { index } else { nil } }
}
