internal import JSON

/// Artifacts in a directory (OCI image specification, "Image Layout"): `oci-layout`, `index.json`, `blobs/sha256/…`. Tags are the
/// `org.opencontainers.image.ref.name` annotations of the index's entries.
///
/// Several processes may write: the index is changed under a lock, and each file appears whole or not at all.
package struct ImageLayout: ArtifactStore {
    package let path: String
    let blobs: ContentDirectory

    package var location: String { path }

    /// Opens a layout that exists.
    /// - Throws: `OCIError.storage` or `.malformed` when the directory is none.
    package init(opening path: String) throws(OCIError) {
        self.init(checked: path)
        let marker = "\(path)/oci-layout"
        guard FileSystem.exists(marker) else {
            throw OCIError(.storage, "\(path) is no OCI image layout: it has no file oci-layout; correct the path, or push to it first")
        }
        let bytes = try FileSystem.read(marker, upTo: 4096)
        guard let json = try? JSON.parse(bytes), let version = json["imageLayoutVersion"]?.string else {
            throw OCIError(.malformed, "\(marker): wanted {\"imageLayoutVersion\": \"1.0.0\"}")
        }
        guard version == "1.0.0" else { throw OCIError(.unsupported, "\(marker): the version is \(shown(version)), wanted \"1.0.0\"") }
        _ = try index()
    }

    /// Opens a layout, and makes one where there is nothing or an empty directory.
    package init(creating path: String) throws(OCIError) {
        if !FileSystem.exists("\(path)/oci-layout") {
            try FileSystem.makeDirectory(path)
            guard try FileSystem.entries(of: path).allSatisfy({ $0.hasPrefix(".") || $0 == "blobs" || $0 == "index.json" }) else {
                throw OCIError(.storage, "\(path) has other files and is no OCI image layout; name an empty or a new directory")
            }
            try FileSystem.makeDirectory("\(path)/blobs/sha256")
            try FileSystem.withLock(on: path) { () throws(OCIError) in
                if !FileSystem.exists("\(path)/index.json") {
                    try FileSystem.replace("\(path)/index.json", with: Index(manifests: []).json.bytes())
                }
                try FileSystem.replace("\(path)/oci-layout", with: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
            }
        }
        try self.init(opening: path)
    }

    private init(checked path: String) {
        self.path = path
        blobs = ContentDirectory("\(path)/blobs")
    }

    /// The layout's entry points.
    package func index() throws(OCIError) -> Index {
        let file = "\(path)/index.json"
        let bytes = try FileSystem.read(file, upTo: 16 << 20)
        do {
            return try Index(from: try JSON.parse(bytes))
        } catch {
            throw OCIError(.malformed, "\(file): \(error)")
        }
    }
}
