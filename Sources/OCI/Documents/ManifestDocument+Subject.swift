extension ManifestDocument {
    /// The manifest that this one is about, for example signs.
    package var subject: Descriptor? {
        switch content {
        case .manifest(let manifest): manifest.subject
        case .index(let index): index.subject
        }
    }

    /// The artifact's kind, as lists of referrers have it: what a manifest says, or else the type of its config; an index only what it says.
    package var artifactType: String? {
        switch content {
        case .manifest(let manifest): manifest.kind
        case .index(let index): index.artifactType
        }
    }

    package var annotations: [String: String] {
        switch content {
        case .manifest(let manifest): manifest.annotations
        case .index(let index): index.annotations
        }
    }

    /// How lists of referrers name this document.
    package var listing: Descriptor {
        var listing = descriptor
        listing.artifactType = artifactType
        listing.annotations = annotations
        return listing
    }
}
