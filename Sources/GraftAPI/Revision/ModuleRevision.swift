package import KubeCore
import Schema

/// One resolved, verified, immutable version of a deployment: digest, configuration and evidence.
package struct ModuleRevision: CustomResource {
    package var metadata: ObjectMeta
    package var spec: ModuleRevisionSpec
    package var status: ModuleRevisionStatus

    package init(metadata: ObjectMeta, spec: ModuleRevisionSpec, status: ModuleRevisionStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "ModuleRevision", plural: "modulerevisions", shortNames: ["mrev"], scope: .namespaced,
        about: "One resolved, verified, immutable version of a ModuleDeployment. Written by the controller.",
        columns: [
            PrinterColumn("Number", "integer", ".spec.number", "Counts up with each revision of the deployment."),
            PrinterColumn("Version", "string", ".spec.version", "The module's semantic version."),
            PrinterColumn("Outcome", "string", ".status.outcome", "Unproven, Good, Bad or Rejected."),
            PrinterColumn("Digest", "string", ".spec.digest", "Digest of the artifact's manifest.", priority: 1),
            PrinterColumn("Source", "string", ".spec.source", "The reference it was resolved from.", priority: 1),
            .age,
        ])
}
