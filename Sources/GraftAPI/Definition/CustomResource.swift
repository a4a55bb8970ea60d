package import JSON
package import KubeCore
package import Schema

/// A kind of ours: metadata, a spec, a status, and what its CustomResourceDefinition says of it.
package protocol CustomResource: Resource, JSONObjectDecodable {
    associatedtype Spec: SchemaObject
    associatedtype Status: SchemaObject

    var spec: Spec { get set }
    var status: Status { get set }
    init(metadata: ObjectMeta, spec: Spec, status: Status)
    static var naming: Naming { get }
}

/// A status that a kind does not have.
package struct NoStatus: SchemaObject, Hashable {
    package init() {}
    package static var fields: [Field<NoStatus>] { [] }
}

extension CustomResource {
    package init(metadata: ObjectMeta, spec: Spec) { self.init(metadata: metadata, spec: spec, status: Status()) }

    package init(reading members: JSONMembers) throws(JSONDecodingError) {
        self.init(
            metadata: try members.required("metadata"), spec: try members.required("spec"),
            status: try members.optional("status", default: Status()))
    }

    // As `JSONObjectDecodable` has them; here, so that a kind's file need not import `JSON`.
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) { try self.init(reading: JSONMembers(json, at: path)) }
    package init(reading node: JSONNode) throws(JSONDecodingError) { try self.init(reading: JSONMembers(node)) }

    package var json: JSON {
        var object: JSONObject = [
            "apiVersion": .string(Self.definition.apiVersion), "kind": .string(Self.definition.kind), "metadata": metadata.json,
            "spec": spec.json,
        ]
        if Status.self != NoStatus.self { object["status"] = status.json }
        return .object(object)
    }

    package static var definition: ResourceDefinition {
        ResourceDefinition(
            group: GraftAPI.group, version: GraftAPI.version, kind: naming.kind, plural: naming.plural, scope: naming.scope)
    }
}

/// The API group and version of all kinds here, and the names that are contracts.
package enum GraftAPI {
    package static let group = "graft.dev"
    package static let version = "v1alpha1"
    package static let apiVersion = "graft.dev/v1alpha1"

    package static let controllerManager = "graft-controller"
    package static let agentManager = "graft-agent"
    package static let finalizer = "graft.dev/finalizer"
    /// On every object the controller makes for a deployment.
    package static let deploymentLabel = "graft.dev/deployment"
    /// On a ModuleHost: this host keeps what it has, whatever the plan says.
    package static let holdAnnotation = "graft.dev/hold"
    /// `<rollout>/<step>`, consumed once: go on from this step; `<rollout>/full`: skip all steps.
    package static let promoteAnnotation = "graft.dev/promote"
    /// `<rollout>/<step>/<approver>`, consumed once: the approver lets it go on from this step. That it is the approver who writes so is for
    /// an admission policy to check: nobody else sees who writes.
    package static let approveAnnotation = "graft.dev/approve"
    /// `<rollout>`, consumed once: give this rollout up.
    package static let abortAnnotation = "graft.dev/abort"
    /// `<revision>`, consumed once: try a revision that failed again.
    package static let retryAnnotation = "graft.dev/retry"

    /// `<rollout>`, consumed once: the last rollout, since which nothing moved. Each host loads what it runs anew.
    package static let restartAnnotation = "graft.dev/restart"

    /// A reason, consumed once: the rollout that freeze windows hold, or hold from beginning, goes on in spite of them.
    package static let overrideFreezeAnnotation = "graft.dev/override-freeze"

    /// `<revision>`, consumed once: someone undid it; the controller marks it Rejected.
    package static let rejectAnnotation = "graft.dev/reject"

    /// What agents say in their features, and plans require, where two versions serve side by side.
    package static let routingFeature = "routing"

    /// What agents say in their features that can have their hosts load anew what they run.
    package static let restartFeature = "restart"

    /// Where agents keep their Leases; never beside the leader's.
    package static let agentNamespace = "graft-agents"
    /// Where ConfigMaps and Secrets with the content of TrustRoots stand; nothing else belongs there.
    package static let trustNamespace = "graft-trust"
    /// Where the controller keeps its own.
    package static let systemNamespace = "graft-system"

    package static let kinds: [any CustomResource.Type] = [
        ModuleDeployment.self, ModuleRevision.self, ModulePlan.self, ModuleHost.self, VerificationPolicy.self, TrustRoot.self,
        ModuleQuarantine.self, ModuleAnalysis.self, RolloutGuard.self,
    ]
}
