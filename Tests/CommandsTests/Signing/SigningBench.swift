import ArgumentParser
import FoundationEssentials
import Harness
import JSON
import OCI
import Testing
import Trust

@testable import Commands

/// A directory with a layout that holds one module, and keys made by openssl.
struct SigningBench: Sendable {
    let directory: String
    let module: Descriptor

    var reference: String { "oci:\(directory)/layout:1.0.0" }
    /// What signatures say they are for.
    var repository: String { "oci:\(directory)/layout" }

    static func with(_ body: (SigningBench) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let layout = try ImageLayout(creating: directory + "/layout")
            let descriptor: JSON = ["name": "f", "version": "1.0.0", "slot": "net/filter", "contract": "edge/3"]
            let file = ModulePackage.File(path: try PayloadPath("f.so"), content: .bytes([1, 2, 3]))
            let module = try await ModulePackage(descriptor: descriptor, files: [file]).push(to: layout, tag: try Tag("1.0.0"))
            try await body(SigningBench(directory: directory, module: module))
        }
    }

    var layout: ImageLayout { get throws { try ImageLayout(opening: directory + "/layout") } }

    /// Runs `graft …` in this process.
    func graft(_ arguments: String...) async throws {
        var command = try GraftCommand.parseAsRoot(arguments)
        if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    }

    /// What `graft …` says when it refuses.
    func complaint(_ arguments: String...) async -> String { await complaint(arguments) }

    func complaint(_ arguments: [String]) async -> String {
        do {
            var command = try GraftCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
            return ""
        } catch {
            return "\(error)".replacing(directory + "/", with: "")
        }
    }

    // MARK: Files

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String, mode: Int = 0o600) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try #require(FileManager.default.contents(atPath: path(name)), "no \(name)"), as: UTF8.self)
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// A private key of the fixtures, copied where only its owner reads it; its path.
    func key(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        let source = "\(root)/Tests/Fixtures/signatures/signing-keys/\(name)"
        let key = try #require(FileManager.default.contents(atPath: source + ".key"), "no key \(name)")
        if let pub = FileManager.default.contents(atPath: source + ".pub") { try write(Array(pub), to: name + ".pub", mode: 0o644) }
        return try write(Array(key), to: name + ".key")
    }

    func publicKey(_ name: String) throws -> PublicKey { try PublicKey(pem: text(name + ".pub")) }

    // MARK: Other programs

    static let hasOpenSSL = ["/usr/bin/openssl", "/usr/local/bin/openssl"].contains { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs a program of the system; what it prints.
    func run(_ program: String, _ arguments: String...) async throws -> String {
        let script = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let child = ChildProcess(
            program: try write("#!/bin/sh\nexec \(script) 2>&1\n", to: "run.sh", mode: 0o755), input: [], outputLimit: 1 << 16)
        return String(decoding: try await child.result(within: .seconds(120)).output, as: UTF8.self)
    }

    // MARK: What stands beside the module

    /// The layers under the artifact's tag that ends so: `.sig`, `.att`.
    func layers(_ suffix: String) async throws -> [SignatureLayer] {
        let tag = try Tag(module.digest.description.replacing(":", with: "-") + suffix)
        let layout = try layout
        guard try await layout.tags().contains(tag) else { return [] }
        let manifest = try #require(try await layout.manifest(.tag(tag)).manifest)
        var layers: [SignatureLayer] = []
        for layer in manifest.layers {
            layers.append(
                SignatureLayer(
                    mediaType: layer.mediaType, digest: layer.digest.description, size: layer.size, annotations: layer.annotations,
                    payload: try await layout.blob(layer, upTo: 1 << 20)))
        }
        return layers
    }

    /// The bundles that are referrers, by the index under the artifact's tag.
    func bundles() async throws -> [Bundle] {
        let tag = try Tag(module.digest.description.replacing(":", with: "-"))
        let layout = try layout
        guard try await layout.tags().contains(tag) else { return [] }
        var bundles: [Bundle] = []
        for entry in try #require(try await layout.manifest(.tag(tag)).index).manifests {
            let manifest = try #require(try await layout.manifest(.digest(entry.digest)).manifest)
            #expect(manifest.subject?.digest == module.digest)
            #expect(manifest.artifactType == BundleDocument.mediaType)
            #expect(entry.artifactType == BundleDocument.mediaType)
            bundles.append(try Bundle(json: try await layout.blob(manifest.layers[0], upTo: 1 << 20)))
        }
        return bundles
    }

    /// Why the verifier refuses the bundle; nil when it takes it.
    func failure(of bundle: Bundle, by key: PublicKey, _ content: BundleRequirement.Content) throws -> VerificationFailure? {
        let digest = try #require(MessageDigest(text: module.digest.description))
        let requirement = BundleRequirement(signer: .keys([ManagedKey(key)]), content: content, logs: 0)
        do throws(VerificationFailure) {
            _ = try BundleVerifier(root: Self.noRoot).verify(bundle, of: .digest(digest), requirement: requirement)
            return nil
        } catch {
            return error
        }
    }

    /// For keys no root is needed.
    private static let noRoot: TrustedRoot = {
        let json =
            #"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[],"certificateAuthorities":[],"ctlogs":[],"timestampAuthorities":[]}"#
        do { return try TrustedRoot(json: Array(json.utf8)) } catch { preconditionFailure("\(error)") }
    }()
}
