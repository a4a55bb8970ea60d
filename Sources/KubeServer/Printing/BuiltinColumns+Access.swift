import JSON
import KubeCore

extension BuiltinColumns {
    static let access: [String: [TableColumn]] = [
        "rbac.authorization.k8s.io/Role": [.name, .createdAt],
        "rbac.authorization.k8s.io/ClusterRole": [.name, .createdAt],
        "rbac.authorization.k8s.io/RoleBinding": binding,
        "rbac.authorization.k8s.io/ClusterRoleBinding": binding,
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy": [
            .name, number("Validations", "How many rules it has.") { count($0["spec"]?["validations"]) },
            text("ParamKind", "The kind of its parameters.") { policy in
                guard let kind = policy["spec"]?["paramKind"] else { return "<unset>" }
                return "\(kind["apiVersion"]?.string ?? "")/\(kind["kind"]?.string ?? "")"
            },
            .age,
        ],
        "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": [
            .name, text("PolicyName", "The policy it binds.") { $0["spec"]?["policyName"]?.string ?? "" },
            text("ParamRef", "Its parameters.") { binding in
                guard let reference = binding["spec"]?["paramRef"] else { return "<unset>" }
                let name = reference["name"]?.string ?? "*"
                return reference["namespace"]?.string.map { "\($0)/\(name)" } ?? name
            },
            .age,
        ],
    ]

    private static let binding: [TableColumn] = [
        .name,
        text("Role", "What is granted.") { "\($0["roleRef"]?["kind"]?.string ?? "")/\($0["roleRef"]?["name"]?.string ?? "")" }, .age,
        wide("Users", "Users it is granted to.") { subjects($0, "User") },
        wide("Groups", "Groups it is granted to.") { subjects($0, "Group") },
        wide("ServiceAccounts", "Service accounts it is granted to.") { subjects($0, "ServiceAccount") },
    ]

    private static func subjects(_ binding: JSON, _ kind: String) -> String {
        (binding["subjects"]?.array ?? []).filter { $0["kind"]?.string == kind }.map { subject in
            let name = subject["name"]?.string ?? ""
            return subject["namespace"]?.string.map { "\($0)/\(name)" } ?? name
        }.joined(separator: ", ")
    }
}
