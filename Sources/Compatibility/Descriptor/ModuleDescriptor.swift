import JSON
package import Schema

/// What a module says of itself: the config blob of its artifact.
package struct ModuleDescriptor: Sendable, Hashable {
    package static let mediaType = "application/vnd.graft.module.descriptor.v1+json"

    package var name: String
    package var version: SemanticVersion
    /// The slot it is made for: `net/filter`.
    package var slot: String
    /// The ABI it was built against.
    package var contract: Contract
    /// The oldest version of the host process that can load it; nil: any.
    package var minimumRuntimeVersion: SemanticVersion?
    /// What the host must offer, each once.
    package var capabilities: [String] = []
    /// Modules that must be active beside it.
    package var needs: [Need] = []
    /// What its configuration must look like, as a structural schema like those of CustomResourceDefinitions; nil: anything.
    /// Members the schema does not name are refused, unless it says `x-kubernetes-preserve-unknown-fields`.
    package var configSchema: StructuralSchema?
    /// How to ask whether it works; nil: it is well when it loads.
    package var probe: Probe?
    /// The file of the payload that the host loads, relative to the module's directory; nil when there is but one.
    package var entrypoint: String?

    package init(name: String, version: SemanticVersion, slot: String, contract: Contract) {
        self.name = name
        self.version = version
        self.slot = slot
        self.contract = contract
    }

    /// Another module, and which of its versions.
    package struct Need: Sendable, Hashable {
        package var name: String
        package var range: VersionRange

        package init(name: String, range: VersionRange) {
            self.name = name
            self.range = range
        }
    }

    /// A request to the host process after activation.
    package struct Probe: Sendable, Hashable {
        /// Path and query of a GET, from `/`.
        package var path: String
        /// For each request, 1 to 60.
        package var timeoutSeconds = 5
        /// Status of an answer that is well.
        package var status = 200
        /// What the body must contain; nil: it is not looked at.
        package var expect: String?

        package init(path: String, timeoutSeconds: Int = 5, status: Int = 200, expect: String? = nil) {
            self.path = path
            self.timeoutSeconds = timeoutSeconds
            self.status = status
            self.expect = expect
        }
    }

    /// What bounds a descriptor: it is kept whole in an object of the API server, and every agent reads it.
    package enum Limits {
        /// Bytes.
        package static let size = 128 << 10
        package static let depth = 64
        package static let name = 128
        package static let version = 128
        package static let slot = 63
        package static let capabilities = 64
        package static let capability = 63
        package static let needs = 32
        package static let path = 255
        package static let expect = 1024
    }
}

/// Why bytes are not a module descriptor.
package struct ModuleDescriptorError: Error, Hashable, CustomStringConvertible {
    package var reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { "the module descriptor: \(reason)" }
}

extension ModuleDescriptor {
    /// Reads the blob an artifact names as its config. Strict: unknown members are errors, since a misspelt one would silently not hold.
    package init(bytes: some Sequence<UInt8>) throws(ModuleDescriptorError) {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSON.parse(bytes, limits: JSONLimits(size: Limits.size, depth: Limits.depth))
        } catch {
            throw ModuleDescriptorError(reason: error.description)
        }
        do throws(JSONDecodingError) {
            try self.init(from: json, at: .root)
        } catch {
            throw ModuleDescriptorError(reason: error.description)
        }
    }
}
