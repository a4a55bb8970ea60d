/// A manifest that is about another one, fetched and checked: its bytes have its digest, and its subject is the one asked for.
package struct Referrer: Sendable, Hashable {
    package let document: ManifestDocument

    package var digest: Digest { document.descriptor.digest }
    /// What the manifest itself says, not the list that named it.
    package var artifactType: String? { document.artifactType }
}

/// What is about a manifest, as far as limits allow. Whoever may push to the repository may add to it: it is a place to look for evidence, never
/// evidence.
package struct Referrers: Sendable, Hashable {
    /// One that was listed, but does not count.
    package struct Ignored: Sendable, Hashable {
        package let digest: Digest
        package let reason: String
    }

    package var found: [Referrer] = []
    package var ignored: [Ignored] = []
    /// More are listed than were looked at.
    package var isTruncated = false

    package init() {}
}

/// What is looked at of a list that anyone with push rights may make long.
package struct ReferrerLimits: Sendable, Hashable {
    /// Manifests that are fetched.
    package var count: Int
    /// Bytes of one of them, and of all.
    package var size: Int
    package var totalSize: Int
    /// Entries of the list, and pages that they come in.
    package var listed: Int
    package var pages: Int

    package init(count: Int = 64, size: Int = 1 << 20, totalSize: Int = 16 << 20, listed: Int = 1024, pages: Int = 16) {
        self.count = count
        self.size = size
        self.totalSize = totalSize
        self.listed = listed
        self.pages = pages
    }
}

/// A list of referrers as it was found, before anything of it was looked at.
package struct ReferrerList: Sendable, Hashable {
    package var entries: [Descriptor]
    package var isTruncated: Bool
    /// The artifact types come from the registry, which read the manifests; in lists that clients keep they can't be relied on: some tools write
    /// the config's type there.
    package var hasReliableTypes: Bool

    package init(entries: [Descriptor] = [], isTruncated: Bool = false, hasReliableTypes: Bool = false) {
        self.entries = entries
        self.isTruncated = isTruncated
        self.hasReliableTypes = hasReliableTypes
    }
}
