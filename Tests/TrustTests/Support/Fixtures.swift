import FoundationEssentials
import JSON

@testable import Trust

/// Files of `Tests/Fixtures/signatures`, found from this source file, so that tests need no bundle.
enum Fixtures {
    static let root: String = {
        var components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        components.removeLast(3)
        return components.joined(separator: "/") + "/Fixtures/signatures"
    }()

    struct Missing: Error { var path: String }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else { throw Missing(path: path) }
        return Array(data)
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    static func directories(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)").filter { !$0.contains(".") }.sorted()
    }

    /// The contents of all files of a folder.
    static func files(_ path: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)").sorted().map { try bytes("\(path)/\($0)") }
    }

    static func key(_ name: String) throws -> PublicKey { try PublicKey(pem: text("keys/\(name).pub")) }

    static func authority(_ names: String...) throws -> [Authority] {
        try names.map { Authority(name: $0, keys: [try key($0)]) }
    }
}

/// An OCI image layout (image-spec, image-layout.md) with one artifact and, mostly, its signatures.
struct Layout {
    /// Digest of the artifact that is tagged `v1`.
    let artifact: String
    /// The manifest tagged `sha256-<hex>.sig`, if there is one.
    let signatures: [SignatureManifest]
    let manifestBytes: [UInt8]
    let configBytes: [UInt8]

    init(_ path: String, tag: (String) -> String = { SignatureManifest.tag(for: $0) }) throws {
        let index = try JSON.parse(Fixtures.bytes("\(path)/index.json"))
        var tags: [String: String] = [:]
        for entry in index["manifests"]?.array ?? [] {
            tags[entry["annotations"]?["org.opencontainers.image.ref.name"]?.string ?? ""] = entry["digest"]?.string
        }
        let artifact = tags["v1"] ?? ""
        self.artifact = artifact
        guard let digest = tags[tag(artifact)] else {
            (signatures, manifestBytes, configBytes) = ([], [], [])
            return
        }
        manifestBytes = try Self.blob(path, digest)
        let manifest = try JSON.parse(manifestBytes)
        configBytes = try Self.blob(path, manifest["config"]?["digest"]?.string ?? "")
        var blobs: [String: [UInt8]] = [:]
        var layers: [SignatureLayer] = []
        for layer in manifest["layers"]?.array ?? [] {
            let layerDigest = layer["digest"]?.string ?? ""
            let payload = try blobs[layerDigest] ?? Self.blob(path, layerDigest)
            blobs[layerDigest] = payload
            layers.append(
                SignatureLayer(
                    mediaType: layer["mediaType"]?.string ?? "", digest: layerDigest, size: Int(layer["size"]?.integer ?? -1),
                    annotations: (layer["annotations"]?.object ?? [:]).reduce(into: [:]) { $0[$1.0] = $1.1.string },
                    payload: payload))
        }
        signatures = [SignatureManifest(digest: digest, layers: layers)]
    }

    private static func blob(_ path: String, _ digest: String) throws -> [UInt8] {
        try Fixtures.bytes("\(path)/blobs/sha256/\(digest.dropFirst("sha256:".utf8.count))")
    }

    /// The repository its payloads name, which is where it was signed.
    func signedRepository() throws -> String {
        let payload = try JSON.parse(signatures[0].layers[0].payload)
        return payload["critical"]?["identity"]?["docker-reference"]?.string ?? ""
    }
}
