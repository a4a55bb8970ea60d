package import KubeCore
package import Schema

/// Who may deliver what to which hosts, and whose signature it takes.
package struct VerificationPolicy: CustomResource {
    package var metadata: ObjectMeta
    package var spec: VerificationPolicySpec
    package var status: NoStatus

    package init(metadata: ObjectMeta, spec: VerificationPolicySpec, status: NoStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "VerificationPolicy", plural: "verificationpolicies", shortNames: ["vpol"], scope: .cluster,
        about: "Which artifacts may be delivered by which namespaces to which classes and slots, and whose signatures they must carry.",
        columns: [
            PrinterColumn("Mode", "string", ".spec.mode", "Enforce or Warn."),
            PrinterColumn("Repositories", "string", ".spec.match.repositories", "Which artifacts.", priority: 1),
            .age,
        ], hasStatus: false)
}

package struct VerificationPolicySpec: SchemaObject, Hashable {
    package var match = PolicyMatch()
    package var authorities: [PolicyAuthority] = []
    package var mode = Mode.enforce

    package init() {}

    package enum Mode: String, SchemaValue, CaseIterable, Hashable {
        case enforce = "Enforce"
        /// Reports what would fail; never grants anything.
        case warn = "Warn"
    }

    package static let fields: [Field<Self>] = [
        .required("match", \.match, "What the policy is about: all four must match."),
        .required("authorities", \.authorities, "Who may sign: one valid signature of any of them is enough.") {
            Limits.map(by: "name", 16)(&$0)
            $0.minItems = 1
        },
        .required("mode", \.mode, "Enforce, or Warn, which reports and never grants."),
    ]
}

/// What a policy is about. All four must match; `*` is said explicitly.
package struct PolicyMatch: SchemaObject, Hashable {
    package var namespaces: [String] = []
    package var classes: [String] = []
    package var slots: [String] = []
    package var repositories: [String] = []

    package init() {}
    package init(namespaces: [String], classes: [String], slots: [String], repositories: [String]) {
        self.namespaces = namespaces
        self.classes = classes
        self.slots = slots
        self.repositories = repositories
    }

    package static let fields: [Field<Self>] = [
        .required("namespaces", \.namespaces, "Names or globs of namespaces whose deployments it covers; \"*\" for all.", patterns),
        .required("classes", \.classes, "Names or globs of host classes; \"*\" for all.", patterns),
        .required("slots", \.slots, "Names or globs of slots; \"*\" matches within one segment, \"**\" across.", patterns),
        .required("repositories", \.repositories, "Globs of repositories with their host: registry.example/team/**.", patterns),
    ]

    private static func patterns(_ schema: inout StructuralSchema) {
        Limits.atomic(64)(&schema)
        schema.minItems = 1
        schema.items?.minLength = 1
        schema.items?.maxLength = 255
    }
}

/// One signer.
package struct PolicyAuthority: SchemaObject, Hashable {
    package var name = ""
    package var key: AuthorityKey?

    package init() {}
    package init(name: String, key: AuthorityKey) {
        self.name = name
        self.key = key
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Says in evidence and errors who it was.", Limits.text(63)),
        .optional("key", \.key, "A public key."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.required.append("key")
    }
}

package struct AuthorityKey: SchemaObject, Hashable {
    package var data = ""

    package init() {}
    package init(data: String) { self.data = data }

    package static let fields: [Field<Self>] = [
        .required("data", \.data, "The public key, as PEM (SubjectPublicKeyInfo).", Limits.text(8192))
    ]
}
