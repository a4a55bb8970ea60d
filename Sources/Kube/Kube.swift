// The modules that almost every file of a controller needs, by one import: `import Kube`. docs/decisions/0014 says why they are re-exported.
@_exported public import JSON
@_exported public import KubeClient
@_exported public import KubeConnection
@_exported public import KubeCore
@_exported public import KubeRuntime
