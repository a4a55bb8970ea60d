package import Compatibility
package import JSON
package import OCI

/// A stored revision whose signatures were held against the policies in force, with the files its signed manifest names.
package struct VerifiedRevision: Sendable, Hashable {
    package let installed: InstalledRevision
    package let slot: String
    package let config: JSON?
    package let files: [ModuleArtifact.File]
    /// Names the signatures that satisfied the policies; nil for what was verified once and is only put back.
    package let evidenceHash: String?

    /// What the module says of itself; nil for what is only put back.
    package let descriptor: ModuleDescriptor?

    package init(
        installed: InstalledRevision, slot: String, config: JSON?, files: [ModuleArtifact.File], evidenceHash: String? = nil,
        descriptor: ModuleDescriptor? = nil
    ) {
        self.descriptor = descriptor
        self.installed = installed
        self.slot = slot
        self.config = config
        self.files = files
        self.evidenceHash = evidenceHash
    }
}
