namespace Ghpo.Models.Checkpoints;

/// <summary>A checkpoint or adapter that cannot be read or written; the message names the file and what is wrong, and can be printed as is.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>With a message that names the file.</summary>
    public CheckpointException(string message) : base(message) { }

    /// <summary>With a message that names the file, and the cause.</summary>
    public CheckpointException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Without more to say.</summary>
    public CheckpointException() : base("the checkpoint cannot be used") { }
}
