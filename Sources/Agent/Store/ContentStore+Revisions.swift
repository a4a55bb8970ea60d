import Glibc
import JSON
import OCI

extension ContentStore {
    /// Remembers a revision, once all its blobs are here.
    package func put(_ revision: StoredRevision) throws {
        try disk.replace(path(of: revision.installed), with: revision.json.bytes(.pretty))
    }

    private static let largestRevision = 16 << 20

    /// What is stored under this name; nil when there is nothing, or something else: other bytes, another configuration.
    package func revision(_ installed: InstalledRevision) throws -> StoredRevision? {
        var bytes: [UInt8] = []
        do {
            let file = try disk.openOwn(path(of: installed))
            try file.read { part in
                bytes += part
                if bytes.count > Self.largestRevision { throw FileError(file.path, "reading", code: EFBIG) }
            }
        } catch let error as FileError where error.isAbsence || error.isForeign {
            return nil
        }
        guard let json = try? JSON.parse(bytes), let stored = try? StoredRevision(from: json), stored.installed == installed else {
            return nil
        }
        return stored
    }

    /// Removes all but these revisions and their blobs. Does nothing while something is being fetched.
    package func collect(keeping kept: Set<InstalledRevision>) throws {
        guard !isWriting else { return }
        let names = Set(kept.map { path(of: $0) })
        let directory = disk.parent(of: path(of: InstalledRevision.none))
        for name in try disk.names(in: directory) where !names.contains("\(directory)/\(name)") {
            try disk.removeTree("\(directory)/\(name)")
        }
        var needed: Set<Digest> = []
        for revision in kept { needed.formUnion(try self.revision(revision)?.blobs ?? []) }
        for algorithm in Digest.Algorithm.allCases {
            let directory = disk.parent(of: path(of: Digest(of: [], by: algorithm)))
            for name in try disk.names(in: directory) {
                if let digest = try? Digest(parsing: "\(algorithm.rawValue):\(name)"), needed.contains(digest) { continue }
                try disk.removeIfPresent("\(directory)/\(name)")
            }
        }
    }

    /// Names of namespaces hold no underscore, so that no two revisions share a file.
    private func path(of installed: InstalledRevision) -> String {
        "\(root)/revisions/\(fileName(installed.namespace))_\(fileName(installed.revision)).json"
    }

    /// Names of Kubernetes objects are file names already; anything else becomes one.
    private func fileName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") ? $0 : "-" })
    }
}

extension InstalledRevision {
    fileprivate static let none = InstalledRevision(namespace: "", revision: "", digest: "", configHash: "", version: "")
}
