/// Ages as kubectl and the API server show them: two or three significant figures.
enum HumanDuration {
    /// `5s`, `3m20s`, `45m`, `5h12m`, `3d4h`, `120d`, `2y35d`. A moment up to a second ahead is now; further ahead is `<invalid>`.
    static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard seconds >= -1 else { return "<invalid>" }
        guard seconds >= 0, duration.components.attoseconds >= 0 else { return "0s" }
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        switch true {
        case seconds < 120: return "\(seconds)s"
        case minutes < 10: return "\(minutes)m" + rest(seconds % 60, "s")
        case minutes < 180: return "\(minutes)m"
        case hours < 8: return "\(hours)h" + rest(minutes % 60, "m")
        case hours < 48: return "\(hours)h"
        case days < 8: return "\(days)d" + rest(hours % 24, "h")
        case days < 730: return "\(days)d"
        case days < 365 * 8: return "\(days / 365)y" + rest(days % 365, "d")
        default: return "\(days / 365)y"
        }
    }

    private static func rest(_ value: Int64, _ unit: String) -> String { value == 0 ? "" : "\(value)\(unit)" }
}
