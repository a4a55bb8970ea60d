internal import JSON

extension ImageLayout {
    package func push(_ content: BlobContent, as descriptor: Descriptor) async throws {
        if blobs.size(of: descriptor.digest) == descriptor.size { return }
        var check = BlobCheck(descriptor, source: path)
        let file = try blobs.newFile()
        let next = try content.parts()
        while let part = try next() {
            try Task.checkCancellation()
            try check.take(part)
            try file.write(part)
        }
        try check.finish()
        try blobs.place(file, as: descriptor.digest)
    }

    /// What has a subject is listed under the tag of its referrers as well (distribution specification 1.1, "Referrers Tag Schema").
    @discardableResult
    package func push(_ document: ManifestDocument, tag: Tag?) async throws -> Descriptor {
        for part in document.references where !blobs.contains(part.digest) {
            throw OCIError(.blobUnknown, "\(path): the manifest names \(part.digest), which is not in this layout; push it before")
        }
        try blobs.write(document.bytes, as: document.descriptor.digest)
        try FileSystem.withLock(on: path) { () throws(OCIError) in
            var index = try index()
            var entry = document.descriptor
            if let tag {
                entry.annotations[AnnotationKey.refName] = tag.description
                index.manifests.removeAll { $0.annotations[AnnotationKey.refName] == tag.description }
                index.manifests.append(entry)
            } else if !index.manifests.contains(where: { $0.digest == entry.digest }) {
                index.manifests.append(entry)
            }
            try list(document, in: &index)
            try FileSystem.replace("\(path)/index.json", with: index.json.bytes())
        }
        return document.descriptor
    }

    private func list(_ document: ManifestDocument, in index: inout Index) throws(OCIError) {
        guard let subject = document.subject?.digest else { return }
        let tag = Tag.referrers(of: subject).description
        var referrers = Index(manifests: [])
        if let known = index.manifests.first(where: { $0.annotations[AnnotationKey.refName] == tag }) {
            let bytes = try blobs.read(known.digest, upTo: ManifestDocument.maximumSize)
            guard let list = try ManifestDocument(parsing: bytes, mediaType: known.mediaType, source: "\(path):\(tag)").index else {
                throw OCIError(.wrongType, "\(path):\(tag): wanted an index of referrers, found a manifest; remove the tag")
            }
            referrers = list
        }
        guard !referrers.manifests.contains(where: { $0.digest == document.descriptor.digest }) else { return }
        referrers.manifests.append(document.listing)
        let listed = ManifestDocument(referrers)
        try blobs.write(listed.bytes, as: listed.descriptor.digest)
        var entry = listed.descriptor
        entry.annotations[AnnotationKey.refName] = tag
        index.manifests.removeAll { $0.annotations[AnnotationKey.refName] == tag }
        index.manifests.append(entry)
    }
}

extension ManifestDocument {
    /// The content that must be stored before this document. A subject may be absent.
    package var references: [Descriptor] {
        switch content {
        case .manifest(let manifest): [manifest.config] + manifest.layers
        case .index(let index): index.manifests
        }
    }
}
