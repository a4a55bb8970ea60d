internal import JSON

/// A module as it lies in a registry or layout: its manifest, checked, and its files by name. Nothing is fetched but documents.
///
/// Shape: artifact type `application/vnd.graft.module.v1`; the config is the module descriptor; each file is one layer, named by its
/// `org.opencontainers.image.title`, with permission bits in `graft.mode` where they are not 0644.
package struct ModuleArtifact: Sendable, Hashable {
    package struct File: Sendable, Hashable {
        package let path: PayloadPath
        package let mode: FileMode
        package let content: Descriptor
    }

    /// What the name stood for: the manifest itself, or an index that chose it. This is what is signed and pinned.
    package let root: Descriptor
    /// The manifest's own descriptor.
    package let manifest: Descriptor
    /// The module descriptor's.
    package let config: Descriptor
    package let files: [File]
    /// Bytes of all files together.
    package let size: Int
    package let annotations: [String: String]

    /// Bytes of a module descriptor.
    package static let maximumDescriptorSize = 1 << 20
    package static let maximumFileCount = 1024

    /// - Throws: `OCIError.wrongType` when the document is no module, `.malformed` when it is a wrong one.
    package init(_ document: ManifestDocument, root: Descriptor? = nil, source: String) throws(OCIError) {
        guard let manifest = document.manifest else {
            throw OCIError(.wrongType, "\(source): wanted a module, found an index; choose one of its entries")
        }
        guard manifest.kind == MediaType.module else {
            throw OCIError(
                .wrongType,
                "\(source): it is no module: the artifact type is \(shown(manifest.kind)), wanted \(MediaType.module); push it with graft push"
            )
        }
        guard manifest.config.mediaType == MediaType.moduleDescriptor else {
            throw OCIError(
                .wrongType, "\(source): the config is of type \(shown(manifest.config.mediaType)), wanted \(MediaType.moduleDescriptor)")
        }
        guard manifest.config.size <= Self.maximumDescriptorSize else {
            throw OCIError(
                .tooLarge,
                "\(source): the module descriptor has \(manifest.config.size) bytes, at most \(Self.maximumDescriptorSize) are read")
        }
        self.root = root ?? document.descriptor
        self.manifest = document.descriptor
        config = manifest.config
        annotations = manifest.annotations
        files = try Self.files(manifest.layers, source: source)
        size = try Self.size(of: files, source: source)
    }

    private static func files(_ layers: [Descriptor], source: String) throws(OCIError) -> [File] {
        func malformed(_ what: String) -> OCIError { OCIError(.malformed, "\(source): the module is malformed: \(what)") }
        guard layers.count <= maximumFileCount else {
            throw malformed("it has \(layers.count) files, at most \(maximumFileCount) are allowed")
        }
        var files: [File] = []
        var taken: Set<String> = []
        var directories: Set<String> = []
        for (index, layer) in layers.enumerated() {
            guard layer.mediaType == MediaType.modulePayload else {
                throw malformed("layer \(index) is of type \(shown(layer.mediaType)), wanted \(MediaType.modulePayload)")
            }
            guard let title = layer.title else { throw malformed("layer \(index) has no annotation \(AnnotationKey.title)") }
            let path: PayloadPath
            var mode = FileMode.regular
            do throws(OCIError) {
                path = try PayloadPath(title)
                if let text = layer.annotations[AnnotationKey.mode] { mode = try FileMode(text) }
            } catch {
                throw malformed("layer \(index): \(error.message)")
            }
            guard taken.insert(path.description).inserted else { throw malformed("the file \(path) is there twice") }
            directories.formUnion(path.directories)
            files.append(File(path: path, mode: mode, content: layer))
        }
        if let both = taken.intersection(directories).min() { throw malformed("\(shown(both)) is a file and a directory") }
        return files
    }

    /// A manifest may announce any sizes: their sum is more than there is, rather than an end of this program.
    private static func size(of files: [File], source: String) throws(OCIError) -> Int {
        var sum = 0
        for file in files {
            let (bytes, isTooMuch) = sum.addingReportingOverflow(file.content.size)
            guard !isTooMuch else { throw OCIError(.tooLarge, "\(source): the module's files have more bytes than can be counted") }
            sum = bytes
        }
        return sum
    }
}
