/// The kinds that `kubectl create` and `kubectl auth` send in protocol buffers.
extension ProtobufMessage {
    /// Nil: objects of the kind are taken in JSON and YAML alone.
    static func kind(_ name: String, apiVersion: String) -> ProtobufMessage? { kinds["\(apiVersion)/\(name)"] }

    private static let kinds: [String: ProtobufMessage] = [
        "v1/Namespace": object([:]),
        "v1/ConfigMap": object([2: ("data", .stringMap), 3: ("binaryData", .dataMap), 4: ("immutable", .bool)]),
        "v1/Secret": object([
            2: ("data", .dataMap), 3: ("type", .string), 4: ("stringData", .stringMap), 5: ("immutable", .bool),
        ]),
        "v1/ServiceAccount": object([3: ("imagePullSecrets", .messages(.fields([1: ("name", .string)])))]),
        "v1/DeleteOptions": deleteOptions, "meta.k8s.io/v1/DeleteOptions": deleteOptions,
        "rbac.authorization.k8s.io/v1/Role": object([2: ("rules", .messages(rule))]),
        "rbac.authorization.k8s.io/v1/ClusterRole": object([2: ("rules", .messages(rule))]),
        "rbac.authorization.k8s.io/v1/RoleBinding": object([2: ("subjects", .messages(subject)), 3: ("roleRef", .message(roleReference))]),
        "rbac.authorization.k8s.io/v1/ClusterRoleBinding": object([
            2: ("subjects", .messages(subject)), 3: ("roleRef", .message(roleReference)),
        ]),
        "authorization.k8s.io/v1/SelfSubjectAccessReview": object([2: ("spec", .message(accessReview))]),
        "authentication.k8s.io/v1/SelfSubjectReview": object([:]),
    ]

    private static func object(_ fields: [Int: (name: String, type: FieldType)]) -> ProtobufMessage {
        .fields(fields.merging([1: ("metadata", .message(metadata))]) { $1 })
    }

    private static let metadata = ProtobufMessage.fields([
        1: ("name", .string), 2: ("generateName", .string), 3: ("namespace", .string), 5: ("uid", .string),
        6: ("resourceVersion", .string), 7: ("generation", .integer), 8: ("creationTimestamp", .time), 11: ("labels", .stringMap),
        12: ("annotations", .stringMap), 13: ("ownerReferences", .messages(owner)), 14: ("finalizers", .strings),
    ])

    private static let owner = ProtobufMessage.fields([
        1: ("kind", .string), 3: ("name", .string), 4: ("uid", .string), 5: ("apiVersion", .string), 6: ("controller", .bool),
        7: ("blockOwnerDeletion", .bool),
    ])

    private static let deleteOptions = ProtobufMessage.fields([
        1: ("gracePeriodSeconds", .integer),
        2: ("preconditions", .message(.fields([1: ("uid", .string), 2: ("resourceVersion", .string)]))), 3: ("orphanDependents", .bool),
        4: ("propagationPolicy", .string), 5: ("dryRun", .strings),
    ])

    private static let rule = ProtobufMessage.fields([
        1: ("verbs", .strings), 2: ("apiGroups", .strings), 3: ("resources", .strings), 4: ("resourceNames", .strings),
        5: ("nonResourceURLs", .strings),
    ])

    private static let subject = ProtobufMessage.fields([
        1: ("kind", .string), 2: ("apiGroup", .string), 3: ("name", .string), 4: ("namespace", .string),
    ])

    private static let roleReference = ProtobufMessage.fields([1: ("apiGroup", .string), 2: ("kind", .string), 3: ("name", .string)])

    private static let accessReview = ProtobufMessage.fields([
        1: (
            "resourceAttributes",
            .message(
                .fields([
                    1: ("namespace", .string), 2: ("verb", .string), 3: ("group", .string), 4: ("version", .string),
                    5: ("resource", .string), 6: ("subresource", .string), 7: ("name", .string),
                ]))
        ),
        2: ("nonResourceAttributes", .message(.fields([1: ("path", .string), 2: ("verb", .string)]))),
    ])
}
