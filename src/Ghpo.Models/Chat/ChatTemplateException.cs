namespace Ghpo.Models.Chat;

/// <summary>A chat template cannot be read or rendered: a mistake in it, its own <c>raise_exception</c>, or one of the limits. The message names the template's line and can be shown to a user as it is.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    /// <param name="message">What is wrong, and at which line.</param>
    public ChatTemplateException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for the user and its cause.</summary>
    /// <param name="message">What is wrong, and at which line.</param>
    /// <param name="innerException">The cause.</param>
    public ChatTemplateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a general message.</summary>
    public ChatTemplateException()
        : base("The chat template cannot be rendered.")
    {
    }
}
